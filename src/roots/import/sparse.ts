/** Writing with holes: what is zeros takes no room. */
import { writeSync } from 'node:fs';

const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

/** Writes `bytes` at `at`, without the blocks that are all zeros. The file's length is set by ftruncate. Bytes written. */
export function writeSparse(file: number, bytes: Uint8Array, at: number): number {
  let written = 0;
  let from = 0;
  const flush = (to: number) => {
    for (let done = from; done < to; ) done += writeSync(file, bytes, done, to - done, at + done);
    written += to - from;
  };
  for (let block = 0; block < bytes.length; block += BLOCK) {
    const end = Math.min(block + BLOCK, bytes.length);
    if (ZEROS.compare(bytes, block, end, 0, end - block) !== 0) continue;
    if (block > from) flush(block);
    from = end;
  }
  if (bytes.length > from) flush(bytes.length);
  return written;
}
