import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { checkRange, type Disk, DiskError } from '../disk/disk.ts';

/** A file as a disk. Its length is that of the moment when it was opened. */
export class FileDisk implements Disk {
  readonly size: number;
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
  }

  read(at: number, length: number): Uint8Array {
    checkRange(this.size, at, length);
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#file, bytes, done, length - done, at + done);
      if (count === 0) throw new DiskError('disk', at + done, 'the file became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
  }
}
