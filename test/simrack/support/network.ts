/** One segment for each slot: the controller's leg at one end, the board at the other. Nothing joins two of them. */
import type { Plan } from '../../../src/rack/plan.ts';
import { parsePrefix } from '../../../src/rack/prefix.ts';
import type { SlotNumber } from '../../../src/rack/units.ts';
import { type Random, seededRandom } from '../../../src/sim/board/random.ts';
import type { Wire } from '../../../src/sim/board/wire.ts';
import { VirtualHost } from '../../../src/sim/net/host.ts';
import type { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { VirtualWire, type VirtualWireOptions } from '../../../src/sim/virtual-wire.ts';
import { macFromBytes } from '../../../src/wire/address.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import type { Trace } from './trace.ts';

export type WireFaults = Pick<VirtualWireOptions, 'loss' | 'duplicates' | 'late' | 'drop'>;

export interface Network {
  /** The controller's, with a leg for each slot; its ifindex is 1000 and the slot's number. */
  readonly host: VirtualHost;
  readonly wires: ReadonlyMap<SlotNumber, VirtualWire>;
  /** Where boards are plugged in. */
  readonly boardPorts: ReadonlyMap<SlotNumber, Wire>;
}

export const ifindexOf = (slot: number) => 1000 + slot;

/** Cables differ in length: boards that start in the same instant do not stay in step. */
const NEAREST_MS = 0.03;
const SPREAD_MS = 0.25;

export function makeNetwork(plan: Plan, clock: VirtualClock, seed: number, trace: Trace, faults: WireFaults): Network {
  const host = new VirtualHost(clock);
  const wires = new Map<SlotNumber, VirtualWire>();
  const boardPorts = new Map<SlotNumber, Wire>();
  for (const { slot, leg, ipv4, ipv6 } of plan.slots) {
    const random: Random = seededRandom(seed * 7919 + slot);
    const wire = new VirtualWire({ clock, latency: NEAREST_MS + random() * SPREAD_MS, ...faults, random });
    wires.set(slot, wire);
    host.add({
      ifindex: ifindexOf(slot),
      name: leg,
      mac: macFromBytes(Uint8Array.of(2, 0, 0, 0, slot >>> 8, slot)),
      wire: trace.tap(slot, 'controller', wire.port()),
      ipv4: { address: ipv4.controller, prefixLength: parsePrefix(ipv4.network, 4).length },
      ipv6: [ipv6Bytes(ipv6.controller)],
    });
    boardPorts.set(slot, trace.tap(slot, 'board', wire.port()));
  }
  return { host, wires, boardPorts };
}
