/** Partition tables: GPT where there is one (UEFI 2.10 §5.3), else the four primary partitions of an MBR. */
import { crc32 } from 'node:zlib';
import { type Disk, DiskError, fieldsOf, u64 } from './disk.ts';

export interface Partition {
  /** As the system numbers it, from 1. */
  readonly number: number;
  /** Both in bytes. */
  readonly start: number;
  readonly size: number;
}

export interface PartitionTable {
  readonly kind: 'GPT' | 'MBR';
  readonly partitions: readonly Partition[];
}

const SECTOR = 512;
/** The type of the one MBR entry that stands before a GPT. */
const PROTECTIVE = 0xee;
/** Containers of logical partitions: no image of a Pi has one. */
const EXTENDED = new Set([0x05, 0x0f, 0x85]);
/** UEFI asks for room for 128 entries; nothing has many more. */
const MOST_ENTRIES = 1024;

/** Undefined where there is no partition table. Throws DiskError for one that does not fit the disk. */
export function readPartitions(disk: Disk): PartitionTable | undefined {
  if (disk.size < SECTOR) return undefined;
  const sector = disk.read(0, SECTOR);
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) return undefined;
  const entries = mbrEntries(sector);
  if (entries.some(({ type }) => type === PROTECTIVE)) return { kind: 'GPT', partitions: readGpt(disk) };
  // A FAT boot sector has the same last two bytes, and code where the table would be.
  if (sector.subarray(446, 510).some((_, at) => at % 16 === 0 && ![0, 0x80].includes(sector[446 + at] as number)))
    return undefined;
  const partitions = entries.flatMap(({ number, type, first, sectors }) =>
    type === 0 || EXTENDED.has(type) ? [] : [partition(disk, 'MBR', 446 + 16 * (number - 1), number, first, sectors)],
  );
  return partitions.length === 0 ? undefined : { kind: 'MBR', partitions };
}

function mbrEntries(sector: Uint8Array) {
  const view = fieldsOf(sector);
  return [1, 2, 3, 4].map((number) => {
    const at = 446 + 16 * (number - 1);
    return {
      number,
      type: view.getUint8(at + 4),
      first: view.getUint32(at + 8, true),
      sectors: view.getUint32(at + 12, true),
    };
  });
}

function readGpt(disk: Disk): Partition[] {
  if (disk.size < 3 * SECTOR) throw new DiskError('GPT', SECTOR, 'the image ends before the table');
  const header = disk.read(SECTOR, SECTOR);
  const view = fieldsOf(header);
  if (new TextDecoder('latin1').decode(header.subarray(0, 8)) !== 'EFI PART')
    throw new DiskError('GPT', SECTOR, 'expected the signature EFI PART, which the MBR promises');
  const length = view.getUint32(12, true);
  if (length < 92 || length > SECTOR)
    throw new DiskError('GPT', SECTOR + 12, `a header of ${length} bytes, expected 92 to 512`);
  // A copy: slice() of a Buffer is none.
  const summed = Uint8Array.from(header.subarray(0, length));
  summed.fill(0, 16, 20);
  if (crc32(summed) !== view.getUint32(16, true))
    throw new DiskError('GPT', SECTOR + 16, 'the checksum of the header is wrong');
  const at = u64(view, 72, 'GPT', SECTOR) * SECTOR;
  const count = view.getUint32(80, true);
  const size = view.getUint32(84, true);
  if (count > MOST_ENTRIES || size < 128 || size > 4096 || size % 8 !== 0)
    throw new DiskError(
      'GPT',
      SECTOR + 80,
      `${count} entries of ${size} bytes, expected at most ${MOST_ENTRIES} of 128 to 4096`,
    );
  const entries = disk.read(at, count * size);
  if (crc32(entries) !== view.getUint32(88, true))
    throw new DiskError('GPT', at, 'the checksum of the entries is wrong');
  const found: Partition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = entries.subarray(index * size, (index + 1) * size);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const fields = fieldsOf(entry);
    const first = u64(fields, 32, 'GPT', at + index * size);
    const last = u64(fields, 40, 'GPT', at + index * size);
    found.push(partition(disk, 'GPT', at + index * size, index + 1, first, last - first + 1));
  }
  return found;
}

function partition(disk: Disk, kind: string, at: number, number: number, first: number, sectors: number): Partition {
  const start = first * SECTOR;
  const size = sectors * SECTOR;
  if (first < 1 || sectors < 1)
    throw new DiskError(kind, at, `partition ${number} has ${sectors} sectors from sector ${first}`);
  if (!(start + size <= disk.size)) {
    const ends = `partition ${number} ends at byte ${start + size}, the image has ${disk.size}`;
    throw new DiskError(kind, at, `${ends}: is the file whole?`);
  }
  return { number, start, size };
}
