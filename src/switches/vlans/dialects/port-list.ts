/** PortList (RFC 4363 §5): one bit a port, the first port in the highest bit of the first octet. */
import type { BridgePort } from '../state.ts';

/** The number that the first bit stands for: 1, but 0 on switches that number their bridge ports from 0. */
export type FirstPort = 0 | 1;

export function portsIn(list: Uint8Array, first: FirstPort = 1): Set<BridgePort> {
  const ports = new Set<BridgePort>();
  for (const [place, octet] of list.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if (octet & (0x80 >> bit)) ports.add((8 * place + bit + first) as BridgePort);
  }
  return ports;
}

/**
 * The list with some ports put in or taken out, and every other bit as it was: some stand for no port, and are set all the
 * same. As wide as it was read, which is a property of the switch; wider only where a port has no bit in it.
 */
export function changed(
  list: Uint8Array,
  changes: Iterable<readonly [BridgePort, boolean]>,
  first: FirstPort = 1,
): Buffer {
  let next = Buffer.from(list);
  for (const [port, on] of changes) {
    const place = port - first;
    if (place < 0) continue;
    const octet = place >> 3;
    if (octet >= next.length) {
      if (!on) continue;
      next = Buffer.concat([next, Buffer.alloc(octet + 1 - next.length)]);
    }
    const mask = 0x80 >> (place & 7);
    next[octet] = on ? next[octet]! | mask : next[octet]! & ~mask;
  }
  return next;
}

/** The bits in which two lists differ, as ports, and how they are in `after`. What one has no room for is not set. */
export function differing(before: Uint8Array, after: Uint8Array, first: FirstPort = 1): [BridgePort, boolean][] {
  const was = portsIn(before, first);
  const is = portsIn(after, first);
  return [...new Set([...was, ...is])]
    .filter((port) => was.has(port) !== is.has(port))
    .map((port) => [port, is.has(port)]);
}

/** The bits of every octet the other way round, as Comware has them. */
export function mirrored(list: Uint8Array): Buffer {
  return Buffer.from(
    list.map((octet) => {
      let mirror = 0;
      for (let bit = 0; bit < 8; bit += 1) if (octet & (1 << bit)) mirror |= 0x80 >> bit;
      return mirror;
    }),
  );
}
