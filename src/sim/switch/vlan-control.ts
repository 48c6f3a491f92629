/** Takes what was accepted over to what forwards: at once, or where a switch takes its time, later. */
import type { Clock } from '../../rack/clock.ts';
import type { Bridge, BridgeConfig } from './bridge.ts';
import type { Faults } from './faults.ts';
import type { Refusal } from './mib.ts';
import { createPending } from './pending.ts';
import type { VlanEdit, VlanLimits } from './vlan-edits.ts';
import { editVlans } from './vlan-edits.ts';

export interface VlanControl {
  readonly limits: VlanLimits;
  /** Checks edits against what was accepted last; what it returns accepts them. */
  prepare(edits: readonly VlanEdit[]): Refusal | (() => void);
  /** Accepts a whole configuration: for objects that are not the standard ones, and for a person at the console. */
  accept(config: BridgeConfig): void;
  /** What has been accepted: where that is another thing than what forwards, it is on its way. */
  readonly accepted: BridgeConfig;
  /** What is on its way is lost. */
  interrupt(): void;
  /** What the switch begins with. */
  start(config: BridgeConfig): void;
}

export function createVlanControl(
  bridge: Bridge,
  limits: VlanLimits,
  clock: Clock,
  faults: Faults,
  changed: () => void,
): VlanControl {
  const pending = createPending(clock);
  let accepted = bridge.config;
  const accept = (config: BridgeConfig) => {
    accepted = config;
    // Of two writes the last one counts, whichever is carried out first.
    pending.after(faults.vlanSettle, () => bridge.replace(accepted));
    changed();
  };
  return {
    limits,
    accept,
    get accepted() {
      return accepted;
    },
    prepare(edits) {
      const result = editVlans(accepted, edits, { limits, faults });
      return 'errorStatus' in result ? result : () => accept(result);
    },
    interrupt: pending.lose,
    start(config) {
      accepted = config;
      bridge.replace(config);
    },
  };
}
