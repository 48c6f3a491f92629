import type { Clock } from '../../rack/clock.ts';
import type { SwitchPlan } from '../../rack/plan.ts';
import type { PoeSwitch } from '../../switches/poe.ts';
import type { PortMap } from '../../switches/port-map.ts';
import type { PortPower } from '../../switches/power-state.ts';
import { type SlowAccess, slowAccessTo } from '../../switches/slow-access.ts';

/** What this job needs of a switch. */
export interface WatchedSwitch {
  readonly plan: Pick<SwitchPlan, 'name' | 'uplinks'>;
  readonly access: SlowAccess;
  /** Undefined while it is not proven: then names alone say which port is which. */
  portMap(): PortMap | undefined;
  /** The PoE rows as they were last read for power; nothing is asked for. */
  power(): readonly PortPower[];
  /** It keeps a forwarding database for each VLAN, and shows one at a time. */
  perVlan(): boolean;
}

export function watchedSwitch(plan: SwitchPlan, poe: PoeSwitch, clock: Clock): WatchedSwitch {
  return {
    plan,
    access: slowAccessTo(poe, clock),
    portMap: () => {
      const { map } = poe.status();
      return map === undefined || 'refused' in map ? undefined : map;
    },
    power: () => poe.status().reading?.ports ?? [],
    perVlan: () => poe.status().driver?.vlans?.dialect === 'cisco-ios',
  };
}
