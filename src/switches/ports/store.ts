/** What is remembered of a port map between two runs, and where. */
import type { Chassis } from '../chassis.ts';

export interface StoredPortMap {
  /** Undefined where the switch says nothing of itself. */
  readonly chassis: Chassis | undefined;
  /** The driver whose rows these are. */
  readonly driver: string;
  readonly rule: string;
  readonly ports: readonly StoredPort[];
}

export interface StoredPort {
  /** The switch's own name of the port: what a board is plugged into, whatever the port's numbers are. */
  readonly label: string;
  /** Index of its PoE row. */
  readonly row: string;
  readonly ifIndex: number;
}

/** By name of the switch in the rack file. */
export interface PortMapStore {
  load(switchName: string): StoredPortMap | undefined;
  save(switchName: string, map: StoredPortMap): Promise<void>;
}

/** Forgets with the process. */
export function memoryPortMaps(): PortMapStore {
  const maps = new Map<string, StoredPortMap>();
  return {
    load: (name) => maps.get(name),
    save: async (name, map) => {
      maps.set(name, map);
    },
  };
}
