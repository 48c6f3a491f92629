/** A program of its own, for a controller that has no time to read gigabytes: what differs in the image of its argument. */
import { readImage } from '../images.ts';
import { NoManifest, verifyImage } from './verify.ts';

const image = await readImage(process.argv[2] ?? '');
const found = await verifyImage(image).catch((error: unknown) => {
  // What was never written down cannot differ.
  if (error instanceof NoManifest) return { count: 0, differences: [] };
  throw error;
});
const [first] = found.differences;
console.log(JSON.stringify({ count: found.count, ...(first && { first: `${first.path} (${first.what})` }) }));
