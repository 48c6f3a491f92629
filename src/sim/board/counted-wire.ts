/** Counts what goes over a wire, as the switch port at its other end does (IF-MIB: ifInOctets and its kin). */
import type { Traffic } from '../switch/device.ts';
import type { Wire } from './wire.ts';

/** A frame is padded to 60 octets, and its FCS counts (RFC 3635 §3.2.1). */
const SHORTEST = 60;
const FCS = 4;

export interface CountedWire extends Wire {
  /** From the switch's side: what the board sends goes in. */
  traffic(): Traffic;
}

export function countedWire(wire: Wire): CountedWire {
  const counted = { in: 0, out: 0, inPackets: 0, outPackets: 0 };
  const octets = (frame: Uint8Array) => Math.max(frame.length, SHORTEST) + FCS;
  return {
    send(frame) {
      counted.in += octets(frame);
      counted.inPackets += 1;
      wire.send(frame);
    },
    onFrame(handler) {
      if (!handler) return wire.onFrame(undefined);
      wire.onFrame((frame, vlanTci) => {
        counted.out += octets(frame);
        counted.outPackets += 1;
        handler(frame, vlanTci);
      });
    },
    traffic: () => ({ ...counted }),
  };
}
