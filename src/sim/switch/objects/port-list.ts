import type { PortSet } from '../bridge.ts';
import type { MibValue } from '../mib.ts';
import { STATUS } from '../mib.ts';
import type { Ports } from '../ports.ts';

export interface PortListCodec {
  encode(ports: PortSet): Buffer;
  decode(value: MibValue): PortSet;
  /** The error-status for a value. */
  check(value: MibValue): number;
}

/** PortList (RFC 4363) of a fixed width, which is a property of the switch and not of how many ports it has. */
export function portListCodec(ports: Ports, octets: number | undefined): PortListCodec {
  const needed = Math.ceil((Math.max(...ports.bridged.map(({ bridge }) => bridge!.bit)) + 1) / 8);
  const width = octets ?? needed;
  if (width < needed) throw new RangeError(`port lists of ${width} octets do not hold the ports of this switch`);
  const bits = (value: Buffer): number[] => {
    const set: number[] = [];
    for (const [place, octet] of value.entries()) {
      for (let bit = 0; octet >> bit !== 0; bit += 1) if (octet & (1 << bit)) set.push(8 * place + 7 - bit);
    }
    return set;
  };
  return {
    encode(members) {
      const list = Buffer.alloc(width);
      for (const member of members) {
        const bit = ports.port(member).bridge?.bit;
        if (bit !== undefined) list[bit >> 3]! |= 0x80 >> (bit & 7);
      }
      return list;
    },
    decode: (value) => new Set(bits(value as Buffer).flatMap((bit) => ports.byBit(bit)?.number ?? [])),
    check(value) {
      if (!Buffer.isBuffer(value) || value.length !== width) return STATUS.wrongLength;
      return bits(value).every((bit) => ports.byBit(bit)) ? STATUS.noError : STATUS.wrongValue;
    },
  };
}
