/** Takes what was accepted over to what forwards: at once, or where a switch takes its time, later. */
import type { Clock } from '../../rack/clock.ts';
import type { Bridge, BridgeConfig } from './bridge.ts';
import type { Faults } from './faults.ts';
import type { Refusal } from './mib.ts';
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
  /** A restart: what was on its way is lost. */
  restart(config: BridgeConfig): void;
}

export function createVlanControl(
  bridge: Bridge,
  limits: VlanLimits,
  clock: Clock,
  faults: Faults,
  changed: () => void,
): VlanControl {
  let accepted = bridge.config;
  let last = 0;
  let applied = 0;
  const accept = (config: BridgeConfig) => {
    accepted = config;
    last += 1;
    const mine = last;
    const apply = () => {
      // The dial may have been turned: an older configuration never comes after a newer one.
      if (mine <= applied) return;
      applied = mine;
      bridge.replace(config);
    };
    if (faults.vlanSettle > 0) clock.after(faults.vlanSettle, apply);
    else apply();
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
    restart(config) {
      last += 1;
      applied = last;
      accepted = config;
      bridge.replace(config);
    },
  };
}
