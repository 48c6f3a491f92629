/** What may be written and has no model of its own. Ports are the switch's own numbers. */
import { PRIORITY } from './pse.ts';

export interface Settings {
  sysContact: string;
  sysName: string;
  sysLocation: string;
  /** ifAlias. */
  readonly alias: Map<number, string>;
  /** pethPsePortPowerPriority, pethPsePortType. */
  readonly priority: Map<number, number>;
  readonly powerType: Map<number, string>;
  /** Milliwatts that a port may draw. */
  readonly limit: Map<number, number>;
  /** pethMainPseUsageThreshold, pethNotificationControlEnable. */
  usageThreshold: number;
  notifications: boolean;
}

export interface SettingsStore {
  readonly values: Settings;
  write(change: (values: Settings) => void): void;
  /** For the saved configuration. */
  take(): () => void;
}

export function createSettings(sysName: string, changed: () => void): SettingsStore {
  let values: Settings = {
    sysContact: '',
    sysName,
    sysLocation: '',
    alias: new Map(),
    priority: new Map(),
    powerType: new Map(),
    limit: new Map(),
    usageThreshold: 80,
    notifications: false,
  };
  return {
    get values() {
      return values;
    },
    write(change) {
      change(values);
      changed();
    },
    take() {
      const taken = structuredClone(values);
      return () => {
        values = structuredClone(taken);
      };
    },
  };
}

export function priorityOf({ priority }: Settings, port: number): number {
  return priority.get(port) ?? PRIORITY.low;
}

export function limitWatts({ limit }: Settings, port: number): number | undefined {
  const milliwatts = limit.get(port);
  return milliwatts === undefined ? undefined : milliwatts / 1_000;
}
