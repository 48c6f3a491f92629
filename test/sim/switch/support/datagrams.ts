/** SNMPv2c messages octet by octet, with nothing of what they test. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

/** Lengths always in two octets, which BER allows. */
export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, 0x82, value.length >> 8, value.length & 0xff]), value]);
}

export function oid(text: string): Buffer {
  const [first = 1, second = 3, ...rest] = text.split('.').map(Number);
  return tlv(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const groups = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(128 + (left % 128));
  return groups;
}

export function integer(value: number, tag = 0x02): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return tlv(tag, octets);
}

export function octets(value: Uint8Array): Buffer {
  return tlv(0x04, Buffer.from(value));
}

export const PDU = { get: 0xa0, getNext: 0xa1, set: 0xa3, getBulk: 0xa5 } as const;

/** For a GETBULK, `status` and `index` are non-repeaters and max-repetitions. */
export function message(
  pdu: number,
  community: string,
  varbinds: readonly (readonly [oid: string, value: Buffer])[],
  [status, index]: readonly [number, number] = [0, 0],
): Buffer {
  const list = varbinds.map(([name, value]) => tlv(0x30, oid(name), value));
  const fields = [integer(7), integer(status), integer(index), tlv(0x30, ...list)];
  return tlv(0x30, integer(1), tlv(0x04, Buffer.from(community)), tlv(pdu, ...fields));
}
