/** Power as customers and staff ask for it over the API: once for each key of a request, and in the log of changes. */
import type { Clock } from '../rack/clock.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import { type SlotNumber, slotNumber } from '../rack/units.ts';
import type { Store } from '../store/store.ts';
import type { PowerAction, PowerJobs } from './power.ts';
import type { RackState } from './rack-state.ts';

export interface PowerWish {
  readonly slots: readonly number[];
  readonly action: PowerAction;
  readonly by: Actor;
  /** The same key again is the same request: nothing is switched twice. */
  readonly requestKey?: string | undefined;
}

export interface PowerRequestParts {
  readonly power: Pick<PowerJobs, 'intend'>;
  readonly state: Pick<RackState, 'get'>;
  readonly store: Pick<Store, 'requests' | 'audit' | 'commit'>;
  readonly clock: Clock;
}

/** Resolves when what is wanted, who wanted it and the key are on disk, in one commit. */
export async function intendPower(
  { power, state, store, clock }: PowerRequestParts,
  { slots, action, by, requestKey }: PowerWish,
): Promise<void> {
  if (requestKey !== undefined && store.requests.has(requestKey)) return;
  const before = slots.map((slot) => wantedOf(state, slotNumber(slot)));
  const after = { wanted: action === 'off' ? 'off' : 'on', cycling: action === 'cycle' };
  // Writes of one turn of the event loop are one commit.
  const recorded = store.commit.write(() => {
    if (requestKey !== undefined) store.requests.add(requestKey, clock.now());
    for (const [index, slot] of slots.entries())
      store.audit.add(clock.now(), by, {
        action: `power.${action}`,
        target: `slot ${slot}`,
        before: before[index],
        after,
      });
  });
  await Promise.all([recorded, power.intend(slots.map(slotNumber), action, by.who)]);
}

function wantedOf(state: Pick<RackState, 'get'>, slot: SlotNumber) {
  const { wanted, cycling } = state.get(slot);
  return { wanted, cycling };
}
