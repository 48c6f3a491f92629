/** Where in a ZIP archive its members lie (PKWARE APPNOTE 6.3, with ZIP64). */
import { type Disk, DiskError, fieldsOf, u64 } from './disk.ts';

export interface ZipMember {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** Where its data begin, and how long they are in the archive and outside. */
  readonly start: number;
  readonly packed: number;
  readonly size: number;
  readonly crc32: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MOST_COMMENT = 65_535;
const MOST_CENTRAL = 8 * 1024 * 1024;

/** The members that are files. Throws DiskError for an archive that is damaged, in several parts, or encrypted. */
export function readZip(disk: Disk): ZipMember[] {
  const { at, length } = centralDirectory(disk);
  if (length > MOST_CENTRAL)
    throw new DiskError('ZIP', at, `a directory of ${length} bytes, expected at most ${MOST_CENTRAL}`);
  const bytes = disk.read(at, length);
  const view = fieldsOf(bytes);
  const members: ZipMember[] = [];
  for (let offset = 0; offset < length; ) {
    if (offset + 46 > length || view.getUint32(offset, true) !== CENTRAL)
      throw new DiskError('ZIP', at + offset, 'expected a member');
    const lengths = [28, 30, 32].map((field) => view.getUint16(offset + field, true)) as [number, number, number];
    const end = offset + 46 + lengths[0] + lengths[1] + lengths[2];
    if (end > length) throw new DiskError('ZIP', at + offset, 'a member without an end');
    const name = new TextDecoder().decode(bytes.subarray(offset + 46, offset + 46 + lengths[0]));
    if (!name.endsWith('/')) members.push(member(disk, bytes.subarray(offset, end), at + offset, name, lengths));
    offset = end;
  }
  return members;
}

function centralDirectory(disk: Disk): { at: number; length: number } {
  const tail = Math.min(disk.size, END_BYTES + MOST_COMMENT);
  const bytes = disk.read(disk.size - tail, tail);
  const view = fieldsOf(bytes);
  let offset = tail - END_BYTES;
  while (offset >= 0 && view.getUint32(offset, true) !== END) offset--;
  if (offset < 0) throw new DiskError('ZIP', disk.size, 'no directory at the end: is the file whole?');
  let length = view.getUint32(offset + 12, true);
  let at = view.getUint32(offset + 16, true);
  const locator = offset - 20;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    const record = u64(view, locator + 8, 'ZIP', disk.size - tail);
    const end64 = fieldsOf(disk.read(record, 56));
    if (end64.getUint32(0, true) !== END_64)
      throw new DiskError('ZIP', record, 'expected the end of a ZIP64 directory');
    length = u64(end64, 40, 'ZIP', record);
    at = u64(end64, 48, 'ZIP', record);
  }
  return { at, length };
}

function member(
  disk: Disk,
  entry: Uint8Array,
  at: number,
  name: string,
  [nameLength, extraLength]: readonly number[],
): ZipMember {
  const view = fieldsOf(entry);
  const method = view.getUint16(10, true);
  if ((view.getUint16(8, true) & 1) !== 0) throw new DiskError('ZIP', at, `${JSON.stringify(name)} is encrypted`);
  if (method !== 0 && method !== 8)
    throw new DiskError('ZIP', at, `${JSON.stringify(name)} is packed by method ${method}, expected 0 or 8`);
  const extra = entry.subarray(46 + (nameLength as number), 46 + (nameLength as number) + (extraLength as number));
  const [size, packed, header] = wide(
    extra,
    at,
    [24, 20, 42].map((field) => view.getUint32(field, true)),
  );
  const local = fieldsOf(disk.read(header as number, 30));
  if (local.getUint32(0, true) !== LOCAL)
    throw new DiskError('ZIP', header as number, `expected ${JSON.stringify(name)} here`);
  const start = (header as number) + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + (packed as number) > disk.size) throw new DiskError('ZIP', start, `${JSON.stringify(name)} is not whole`);
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    start,
    packed: packed as number,
    size: size as number,
    crc32: view.getUint32(16, true),
  };
}

/** Values that do not fit 32 bits stand in an extra field of their own, in this order. */
function wide(extra: Uint8Array, at: number, values: readonly number[]): number[] {
  const view = fieldsOf(extra);
  let next: number | undefined;
  let end = 0;
  for (let offset = 0; offset + 4 <= extra.length; offset += 4 + view.getUint16(offset + 2, true)) {
    if (view.getUint16(offset, true) !== 1) continue;
    next = offset + 4;
    end = Math.min(extra.length, next + view.getUint16(offset + 2, true));
    break;
  }
  return values.map((value) => {
    if (value !== 0xffffffff) return value;
    if (next === undefined || next + 8 > end)
      throw new DiskError('ZIP', at, 'a size that does not fit, and no ZIP64 field');
    next += 8;
    return u64(view, next - 8, 'ZIP', at);
  });
}
