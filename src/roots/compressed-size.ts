import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** How large a file is as `gzip -9` makes it; nothing is written anywhere. */
export async function compressedSize(path: string): Promise<number> {
  let size = 0;
  const count = new Writable({
    write(part: Buffer, _encoding, done) {
      size += part.length;
      done();
    },
  });
  await pipeline(createReadStream(path), createGzip({ level: 9 }), count);
  return size;
}
