/**
 * Where the boards of the slots are, by what the switches have heard. Pure. A MAC is a hint that a tenant can change: a
 * contradiction is shown as what it is, and never settled by choosing.
 */
import { looksLikePiMac } from '../../pi/mac.ts';
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { PortRole } from './port-roles.ts';

/** What one switch has heard. */
export interface Heard {
  readonly switch: string;
  /** Undefined while it could not be read, or its numbers could not be understood. */
  readonly macs: readonly HeardMac[] | undefined;
}

export interface HeardMac {
  readonly mac: Mac;
  readonly vlan: VlanId | undefined;
  readonly at: PortRole;
}

export interface ExpectedSlot {
  readonly slot: SlotNumber;
  readonly switch: string;
  readonly port: string;
  readonly vlan: VlanId;
  /** The board's MAC as it was last heard on the slot's leg; undefined before the first. */
  readonly mac: Mac | undefined;
}

export interface Place {
  readonly switch: string;
  readonly port: string;
  /** Undefined for a port that belongs to no slot. */
  readonly slot: SlotNumber | undefined;
  readonly vlan: VlanId | undefined;
}

export type Verdict =
  /** The expected MAC is on this port and on no other. */
  | 'here'
  /** It is on other ports and not on this one. */
  | 'elsewhere'
  /** It is on several ports. */
  | 'ambiguous'
  | 'not-seen'
  /** No board of this slot has been heard yet. */
  | 'nothing-expected'
  /** The slot's switch could not be read. */
  | 'unread';

export interface Stranger {
  readonly mac: Mac;
  readonly vlan: VlanId | undefined;
  readonly isPi: boolean;
  /** It is the controller's own: this port leads towards it. */
  readonly isController: boolean;
  /** Other slots whose board has this MAC. */
  readonly of: readonly SlotNumber[];
}

export interface SlotSight {
  readonly slot: SlotNumber;
  readonly verdict: Verdict;
  readonly expected: Mac | undefined;
  /** Every port, uplinks apart, where the expected MAC is. */
  readonly places: readonly Place[];
  /** Other slots that expect the same MAC. */
  readonly sharedWith: readonly SlotNumber[];
  /** MACs on this slot's port that are not its board's; the first few. */
  readonly strangers: readonly Stranger[];
  /** How many there are of them. */
  readonly strangerCount: number;
}

/** A tenant can make up as many as the table holds. */
const STRANGERS_SHOWN = 8;

export function sight(
  slots: readonly ExpectedSlot[],
  heard: readonly Heard[],
  controller: ReadonlySet<Mac>,
): readonly SlotSight[] {
  const owners = new Map<Mac, SlotNumber[]>();
  for (const { mac, slot } of slots) if (mac) owners.set(mac, [...(owners.get(mac) ?? []), slot]);
  const wanted = new Map<Mac, Place[]>([...owners.keys()].map((mac) => [mac, []]));
  const onSlot = new Map<SlotNumber, Map<Mac, VlanId | undefined>>();
  for (const { switch: name, macs } of heard) {
    for (const { mac, vlan, at } of macs ?? []) {
      if (at.kind === 'uplink') continue;
      const slot = at.kind === 'slot' ? at.slot : undefined;
      addPlace(wanted.get(mac), { switch: name, port: at.port, slot, vlan });
      if (slot === undefined) continue;
      const there = onSlot.get(slot) ?? new Map<Mac, VlanId | undefined>();
      onSlot.set(slot, there.set(mac, vlan));
    }
  }
  const read = new Set(heard.filter(({ macs }) => macs !== undefined).map((each) => each.switch));
  return slots.map((slot): SlotSight => {
    const places = relevant(slot, (slot.mac && wanted.get(slot.mac)) ?? []);
    const sharedWith = slot.mac ? owners.get(slot.mac)!.filter((other) => other !== slot.slot) : [];
    const strangers = [...(onSlot.get(slot.slot) ?? [])]
      .filter(([mac]) => mac !== slot.mac)
      .map(([mac, vlan]): Stranger => {
        const of = owners.get(mac) ?? [];
        return { mac, vlan, isPi: looksLikePiMac(mac), isController: controller.has(mac), of };
      });
    return {
      slot: slot.slot,
      verdict: verdictOf(slot, places, read.has(slot.switch)),
      expected: slot.mac,
      places,
      sharedWith,
      strangers: strangers.toSorted((a, b) => weight(b) - weight(a)).slice(0, STRANGERS_SHOWN),
      strangerCount: strangers.length,
    };
  });
}

/** What means something first, so that a flood of made-up addresses does not hide it. */
function weight({ isController, of, isPi }: Stranger): number {
  if (isController) return 3;
  return of.length > 0 ? 2 : Number(isPi);
}

/** One place a port: a device that speaks in two VLANs is heard twice. */
function addPlace(places: Place[] | undefined, place: Place): void {
  const known = places?.some((other) => other.switch === place.switch && other.port === place.port);
  if (places !== undefined && !known) places.push(place);
}

/**
 * A board that is on its own port is also heard on every port of every other switch that leads there. Where such a port
 * is not listed as an uplink it is no second place; a slot's port leads to one board and is one.
 */
function relevant(slot: ExpectedSlot, places: readonly Place[]): readonly Place[] {
  if (!places.some((place) => isOwn(slot, place))) return places;
  return places.filter((place) => place.slot !== undefined || place.switch === slot.switch);
}

function isOwn(slot: ExpectedSlot, place: Place): boolean {
  return place.slot === slot.slot;
}

function verdictOf(slot: ExpectedSlot, places: readonly Place[], isRead: boolean): Verdict {
  if (slot.mac === undefined) return isRead ? 'nothing-expected' : 'unread';
  if (places.length > 1) return 'ambiguous';
  if (places.some((place) => isOwn(slot, place))) return 'here';
  // Heard on the port of another slot is a fact, whatever else could not be read.
  if (places.some((place) => place.slot !== undefined)) return 'elsewhere';
  if (!isRead) return 'unread';
  return places.length > 0 ? 'elsewhere' : 'not-seen';
}
