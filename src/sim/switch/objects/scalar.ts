import type { MibInstance, MibValue } from '../mib.ts';

/** An object with one instance, `.0`. */
export function scalar(oid: string, tag: number, read: () => MibValue): MibInstance {
  return { object: { oid, tag }, index: '0', read };
}

export function writableScalar(
  oid: string,
  tag: number,
  check: (value: MibValue) => number,
  read: () => MibValue,
  write: (value: MibValue) => void,
): MibInstance {
  return { object: { oid, tag, check }, index: '0', read, write };
}
