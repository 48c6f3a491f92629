/** Takes what was accepted over to what forwards: at once, or where a switch takes its time, later. */
import type { Clock } from '../../rack/clock.ts';
import type { Bridge, BridgeConfig } from './bridge.ts';
import { movedTo } from './bridge.ts';
import type { Faults } from './faults.ts';
import type { Refusal } from './mib.ts';
import { createPending } from './pending.ts';
import type { VlanEdit, VlanLimits } from './vlan-edits.ts';
import { editVlans } from './vlan-edits.ts';

/** What a family knows of a port beside the bridge: which of its settings count, and so what the bridge makes of it. */
export interface VlanModel {
  /** Edits of the standard tables as the family takes them, or why it does not. */
  vet(edits: readonly VlanEdit[]): Refusal | readonly VlanEdit[];
  /** What becomes of a configuration before it is accepted. */
  shape(config: BridgeConfig): BridgeConfig;
  /** A person at the console puts the port into that VLAN alone. */
  move(port: number, vlan: number): void;
}

export interface VlanControl {
  readonly limits: VlanLimits;
  /** Checks edits against what was accepted last; what it returns accepts them. */
  prepare(edits: readonly VlanEdit[]): Refusal | (() => void);
  /** Accepts a whole configuration: for objects that are not the standard ones. */
  accept(config: BridgeConfig): void;
  /** What a person does at the console: the port is in that VLAN alone, untagged both ways. */
  move(port: number, vlan: number): void;
  /** From now on ports are what the family makes of them. */
  follow(model: VlanModel): void;
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
  let model: VlanModel | undefined;
  const accept = (config: BridgeConfig) => {
    accepted = model?.shape(config) ?? config;
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
    move(port, vlan) {
      if (model) model.move(port, vlan);
      else accept(movedTo(accepted, port, vlan));
    },
    follow(next) {
      model = next;
      accepted = next.shape(accepted);
      bridge.replace(accepted);
    },
    prepare(edits) {
      const vetted = model?.vet(edits) ?? edits;
      if ('errorStatus' in vetted) return vetted;
      const result = editVlans(accepted, vetted, { limits, faults });
      return 'errorStatus' in result ? result : () => accept(result);
    },
    interrupt: pending.lose,
    start(config) {
      accepted = config;
      bridge.replace(config);
    },
  };
}
