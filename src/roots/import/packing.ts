/** How a file is packed, told by its first bytes and never by its name. */

export type Packing = 'xz' | 'gzip' | 'zstd' | 'zip' | 'none';

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

export function packingOf(first: Uint8Array): Packing {
  const found = MAGIC.find(([, bytes]) => bytes.every((byte, index) => first[index] === byte));
  return found?.[0] ?? 'none';
}

/**
 * The program that unpacks from standard input to standard output. Memory is bounded: an archive says how much is needed to
 * unpack it, and xz's and zstd's largest ordinary settings need 65 and 128 MB.
 */
export const UNPACKERS: Readonly<Record<'xz' | 'gzip' | 'zstd', readonly [string, ...string[]]>> = {
  xz: ['xz', '-dc', '--memlimit-decompress=130MiB'],
  gzip: ['gzip', '-dc'],
  zstd: ['zstd', '-dcq', '--no-progress', '-M130MB'],
};
