/** What is worth an event in where the boards are, once each. Pure. */
import type { SlotNumber, VlanId } from '../../rack/units.ts';
import type { ExpectedSlot, Place, SlotSight } from './sightings.ts';

export interface SightEvent {
  readonly slot: SlotNumber;
  readonly kind: 'board_misplaced' | 'board_ambiguous' | 'board_placed' | 'strange_mac' | 'loop';
  readonly text: string;
}

/** What was told already; begin with an empty map. */
export type SightMemory = ReadonlyMap<SlotNumber, Told>;

interface Told {
  /** Where the board was said to be; undefined while it was where it belongs. */
  readonly misplaced: string | undefined;
  /** Readings since a stranger was last there; undefined where none was told of. */
  readonly strangerGone: number | undefined;
  readonly loop: boolean;
}

const NOTHING_TOLD: Told = { misplaced: undefined, strangerGone: undefined, loop: false };
/** Readings without a stranger before the next one is told of: a tenant can make one come and go at will. */
const STRANGER_FORGOTTEN = 10;

export function sightEvents(
  before: SightMemory,
  sights: readonly SlotSight[],
  slots: readonly ExpectedSlot[],
): { readonly memory: SightMemory; readonly events: readonly SightEvent[] } {
  const bySlot = new Map(slots.map((slot) => [slot.slot, slot]));
  const memory = new Map<SlotNumber, Told>();
  const events: SightEvent[] = [];
  for (const sight of sights) {
    const told = before.get(sight.slot) ?? NOTHING_TOLD;
    const slot = bySlot.get(sight.slot);
    if (slot === undefined) continue;
    const tell = (kind: SightEvent['kind'], text: string) => events.push({ slot: sight.slot, kind, text });
    memory.set(sight.slot, {
      misplaced: tellPlace(told.misplaced, sight, slot, bySlot, tell),
      strangerGone: tellStrangers(told.strangerGone, sight, slot, tell),
      loop: tellLoop(told.loop, sight, slot, tell),
    });
  }
  return { memory, events };
}

type Tell = (kind: SightEvent['kind'], text: string) => void;

function tellPlace(
  told: string | undefined,
  sight: SlotSight,
  slot: ExpectedSlot,
  bySlot: ReadonlyMap<SlotNumber, ExpectedSlot>,
  tell: Tell,
): string | undefined {
  if (sight.verdict === 'here') {
    if (told !== undefined)
      tell(
        'board_placed',
        `the board of slot ${slot.slot} is heard on its own ${portOf(slot)} again, and nowhere else`,
      );
    return undefined;
  }
  // Behind an unlisted port of another switch it may be anywhere; and what is not heard has not moved.
  const places = sight.places.filter((place) => place.slot !== undefined || place.switch === slot.switch);
  const shown = sight.verdict === 'ambiguous' || sight.verdict === 'elsewhere';
  if (!shown || places.length === 0 || (sight.verdict === 'ambiguous' && places.length === 1)) return told;
  const key = places
    .map(({ switch: name, port }) => `${name} ${port}`)
    .sort()
    .join(', ');
  if (key === told) return told;
  if (sight.verdict === 'ambiguous') {
    const list = places.map(describePlace).join(' and on ');
    const why = 'two boards with one MAC, a loop, or a board that was moved within the last minutes';
    tell('board_ambiguous', `MAC ${sight.expected} of the board of slot ${slot.slot} is heard on ${list}: ${why}`);
  } else {
    const [place] = places as [Place];
    tell(
      'board_misplaced',
      `the board of slot ${slot.slot} (MAC ${sight.expected}) is heard on ${describePlace(place)} and not on its own ${portOf(slot)}${explain(place, slot, bySlot)}`,
    );
  }
  return key;
}

/** The VLAN tells a port in the wrong VLAN from a cable in the wrong port. */
function explain(place: Place, slot: ExpectedSlot, bySlot: ReadonlyMap<SlotNumber, ExpectedSlot>): string {
  if (place.slot === undefined) return ': it is plugged into a port that belongs to no slot';
  if (place.vlan === slot.vlan)
    return `: port ${place.port} is in VLAN ${slot.vlan}, which is that of slot ${slot.slot}`;
  const own: VlanId | undefined = bySlot.get(place.slot)?.vlan;
  if (place.vlan !== undefined && place.vlan === own) return ': it was moved, or two cables are swapped';
  return '';
}

function tellStrangers(gone: number | undefined, sight: SlotSight, slot: ExpectedSlot, tell: Tell): number | undefined {
  // A MAC that another slot expects is that slot's story, and the controller's own is a loop.
  const strangers = sight.strangers.filter(({ of, isController }) => of.length === 0 && !isController);
  if (strangers.length === 0) {
    if (gone === undefined || sight.verdict === 'unread') return gone;
    return gone + 1 < STRANGER_FORGOTTEN ? gone + 1 : undefined;
  }
  if (gone !== undefined || sight.expected === undefined) return gone === undefined ? undefined : 0;
  const shown = strangers.slice(0, 3).map(({ mac, isPi }) => (isPi ? `${mac} (a Raspberry Pi's)` : mac));
  const more = sight.strangerCount > shown.length ? ` and ${sight.strangerCount - shown.length} more` : '';
  const beside = sight.verdict === 'here' ? 'besides' : 'and not';
  tell(
    'strange_mac',
    `${portOf(slot)}, slot ${slot.slot}, hears ${shown.join(', ')}${more} ${beside} its board's ${sight.expected}`,
  );
  return 0;
}

function tellLoop(told: boolean, sight: SlotSight, slot: ExpectedSlot, tell: Tell): boolean {
  const own = sight.strangers.find(({ isController }) => isController);
  if (own === undefined) return told && sight.verdict === 'unread';
  if (!told) {
    tell(
      'loop',
      `${portOf(slot)}, slot ${slot.slot}, hears the controller's own MAC ${own.mac}: a loop, a cable of the trunk in the wrong port, or a board that pretends`,
    );
  }
  return true;
}

function describePlace({ switch: name, port, slot }: Place): string {
  return `port ${port} of ${name}${slot === undefined ? '' : ` (slot ${slot})`}`;
}

function portOf({ port, switch: name }: { readonly port: string; readonly switch: string }): string {
  return `port ${port} of ${name}`;
}
