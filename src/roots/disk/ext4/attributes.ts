/** Extended attributes of ext4 as they lie in an inode or in a block. */
import { DiskError, fieldsOf } from '../disk.ts';

/** Values by whole name: `security.capability`. */
export type Attributes = Map<string, Uint8Array>;

const PREFIXES: Readonly<Record<number, string>> = {
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
  7: 'system.',
};
const HEADER = 16;

/**
 * Adds the attributes of one area to `found`.
 *
 * @param first where the entries begin; their values' offsets count from the beginning of the area
 */
export function attributesIn(area: Uint8Array, first: number, at: number, found: Attributes): void {
  const view = fieldsOf(area);
  let offset = first;
  while (offset + 4 <= area.length && view.getUint32(offset, true) !== 0) {
    const nameLength = view.getUint8(offset);
    if (offset + HEADER + nameLength > area.length)
      throw new DiskError('ext4', at + offset, 'an attribute without an end');
    const prefix = PREFIXES[view.getUint8(offset + 1)] ?? `unknown-${view.getUint8(offset + 1)}.`;
    const name =
      prefix + new TextDecoder('latin1').decode(area.subarray(offset + HEADER, offset + HEADER + nameLength));
    const value = view.getUint16(offset + 2, true);
    const size = view.getUint32(offset + 8, true);
    if (view.getUint32(offset + 4, true) !== 0 || value + size > area.length)
      throw new DiskError('ext4', at + offset, `the value of ${JSON.stringify(name)} lies outside`);
    found.set(name, Uint8Array.from(area.subarray(value, value + size)));
    offset += HEADER + Math.ceil(nameLength / 4) * 4;
  }
}
