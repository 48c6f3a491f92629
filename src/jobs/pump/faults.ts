import type { SlotPlan } from '../../rack/plan.ts';
import { isUp } from '../../rack/slot-state.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { RackState } from '../rack-state.ts';

/** Ports that latch a fault are switched off and on so often; then the fault is real (research: snmp-poe §5). */
export const REARMS = 3;

/** Counts how often the ports of a switch were re-armed after a fault. */
export class Faults {
  readonly #state: RackState;
  readonly #rearms = new Map<SlotNumber, number>();

  constructor(state: RackState) {
    this.#state = state;
  }

  /** Undefined: the port is to be switched off and on. Else the cause why that would not help any more. */
  rearm({ slot }: SlotPlan, text: string): string | undefined {
    const tried = this.#rearms.get(slot) ?? 0;
    if (tried >= REARMS) return `${text}; the fault came back after the port was switched off and on ${REARMS} times`;
    this.#rearms.set(slot, tried + 1);
    const what = `switched off and on to re-arm it (${tried + 1} of ${REARMS})`;
    this.#state.event(slot, 'port_fault', `slot ${slot}: ${text}; ${what}`);
    return undefined;
  }

  /** The port delivers. Only a board that has come up shows that the fault is over. */
  fed(slot: SlotNumber): void {
    if (isUp(this.#state.get(slot))) this.#rearms.delete(slot);
  }

  forget(slot: SlotNumber): void {
    this.#rearms.delete(slot);
  }
}
