/**
 * What is sent smaller than the image has it, made once and kept beside the roots: an image is never changed. And whether
 * an image can boot as its `trim` says.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { missingForNfsRoot } from '../pi/kernel-options.ts';
import { piModel } from '../pi/models.ts';
import type { ImagePlan } from '../rack/plan.ts';
import { messageOf } from './errors.ts';
import { ensureDirectory, syncDirectory } from './files.ts';
import type { Image } from './images.ts';
import { type KernelFacts, readKernelFacts } from './kernel-facts.ts';

export interface Payload {
  /** Directories with files to send in place of an image's, by the image's name in the rack file. */
  readonly smaller: ReadonlyMap<string, string>;
  /** What cannot be as `trim` says, one sentence each; it is sent as the image has it. */
  readonly troubles: readonly string[];
}

/** Makes what the images' `trim` asks for below `directory`, finds what is there already, and removes what nobody needs. */
export async function preparePayload(
  plans: readonly ImagePlan[],
  images: ReadonlyMap<string, Image>,
  directory: string,
): Promise<Payload> {
  const smaller = new Map<string, string>();
  const troubles: string[] = [];
  for (const { name, trim } of plans) {
    const image = images.get(name);
    if (image === undefined || (trim.kernel === 'keep' && trim.initramfs === 'keep')) continue;
    try {
      const facts = await readKernelFacts(image);
      if (trim.kernel === 'compress' && !facts.compressed) smaller.set(name, await compressed(image, directory));
      if (trim.initramfs === 'none') troubles.push(...initramfsTrouble(name, facts));
    } catch (cause) {
      troubles.push(`image ${name} is sent as it is: ${messageOf(cause)}`);
    }
  }
  await removeOthers(directory, new Set([...smaller.values()]));
  return { smaller, troubles };
}

/** Where nothing is known of the kernel the rack file is believed: whoever wrote `none` may know it. */
function initramfsTrouble(name: string, { builtIn, release }: KernelFacts): string[] {
  if (builtIn === undefined) return [];
  const missing = new Set(
    (['3B', '3B+', '4B'] as const).flatMap((model) => missingForNfsRoot(builtIn, piModel(model))),
  );
  if (missing.size === 0) return [];
  return [
    `image ${name} is set to boot without its initramfs, but its kernel ${release} was built without ${[...missing].join(', ')}: boards that need these will not mount their roots`,
  ];
}

/** The directory with the kernel as gzip, by its own name. A file that is there under its name is whole. */
async function compressed(image: Image, directory: string): Promise<string> {
  const source = join(image.boot.directory, image.boot.kernel);
  const { size, mtimeMs, ino, dev } = await stat(source);
  const key = createHash('sha256').update(`${source} ${dev} ${ino} ${size} ${mtimeMs}`).digest('hex').slice(0, 16);
  const place = join(directory, key);
  const target = join(place, image.boot.kernel);
  if ((await stat(target).catch(() => undefined))?.isFile()) return place;
  await ensureDirectory(directory, 0o755);
  await mkdir(place, { recursive: true });
  const fresh = `${target}.new`;
  await pipeline(createReadStream(source), createGzip({ level: 9 }), createWriteStream(fresh));
  const file = await open(fresh, 'r');
  await file.sync().finally(() => file.close());
  await rename(fresh, target);
  await syncDirectory(dirname(target));
  return place;
}

async function removeOthers(directory: string, used: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (/^[0-9a-f]{16}$/.test(name) && !used.has(path)) await rm(path, { recursive: true, force: true });
  }
}
