/** A board as an outlet that others switch: found in the way that the key allows, and switched as every other is. */
import type { PowerAction } from '../../jobs/power.ts';
import { DELIVERING } from '../../rack/slot-state.ts';
import type { SlotView } from '../control/protocol.ts';
import { byWhom } from '../customer/actor.ts';
import { commanded } from '../customer/commands.ts';
import { find, live } from '../customer/find.ts';
import type { Caller } from '../http/auth/caller.ts';
import { ApiError } from '../http/errors.ts';
import type { Services } from '../http/services.ts';

/**
 * A tenant's key names its servers, a staff key places in the rack; never the one by the other's names: a tenant may call
 * a server as a switch is called.
 */
export function outlet(
  services: Services,
  caller: Caller,
  serverName: string,
  place: (slot: SlotView) => boolean,
  expected: string,
): SlotView {
  if (caller.scope !== 'staff') return live(find(services, caller, serverName)).slot;
  const { slots, servers } = services.mirror.rack();
  const slot = [...slots.values()].find(place);
  if (slot === undefined) throw new ApiError('not_found', `no such outlet: expected ${expected}`);
  const server = [...servers.values()].find((each) => each.slot === slot.slot);
  if (server !== undefined) live({ server, slot });
  return slot;
}

/** Resolves when it is recorded. What is so already, or on its way, is left alone: a request that is repeated does nothing twice. */
export async function switchOutlet(
  services: Services,
  caller: Caller,
  slot: SlotView,
  action: PowerAction,
): Promise<void> {
  if (!isChange(slot, action)) return;
  const wanted = action === 'cycle' && slot.wanted === 'off' ? 'on' : action;
  await commanded(services, (control) => control.intend({ slots: [slot.slot], action: wanted, by: byWhom(caller) }));
}

function isChange({ wanted, cycling, condition }: SlotView, action: PowerAction): boolean {
  if (action === 'cycle') return !cycling;
  return wanted !== action || condition === 'quarantined';
}

export type PowerReading = 'running' | 'stopped' | 'unknown';

/** What the switch has read, not what is wanted: whoever asks waits for it to come true. */
export function readingOf({ power }: SlotView): PowerReading {
  if (power === null) return 'unknown';
  if (!power.admin) return 'stopped';
  return power.detection === DELIVERING ? 'running' : 'unknown';
}
