/**
 * What a switch can be asked to do, whatever it is spoken to with: SNMP or a command line over SSH. One exchange at a
 * time; the queue of the switch sees to that. Everything may throw the errors of this folder.
 */

import type { VlanId, Watts } from '../rack/units.ts';
import type { EdgeFeature } from './drivers/driver.ts';
import type { WritableRow } from './guard.ts';
import type { Unknown } from './mib/enumeration.ts';
import type { PortTables } from './port-map.ts';
import type { PortSeen, UpTime } from './power-state.ts';
import type { Written } from './set.ts';
import type { SwitchIdentity, SwitchState } from './tables.ts';
import type { VlanGuard } from './vlans/guard.ts';
import type { PortNumbering } from './vlans/scope.ts';
import type { BridgePort, VlanState, VlanStep } from './vlans/state.ts';

export interface SwitchBackend {
  identity(): Promise<SwitchIdentity>;
  /** What the port map is made of. */
  portTables(): Promise<PortTables>;
  /** Every PoE row. `ifIndexes` says which interface belongs to a row. */
  state(ifIndexes: ReadonlyMap<string, number>): Promise<SwitchState>;
  /** Some PoE rows, and the time since the switch started, so that a restart is noticed before anything is written. */
  look<Row extends string>(
    rows: readonly Row[],
    ifIndexes: ReadonlyMap<string, number>,
  ): Promise<{ readonly seen: ReadonlyMap<Row, PortSeen>; readonly upTime: UpTime | undefined }>;
  /** Switches rows, and says of each what became of the attempt; whether it took effect is for `look` to say. */
  switchRows(rows: readonly WritableRow[], on: boolean): Promise<ReadonlyMap<WritableRow, Written>>;
  /** Takes power away for so many seconds and gives it back, in one write. Absent: the switch cannot. */
  readonly cycleRows?:
    | ((rows: readonly WritableRow[], seconds: number) => Promise<ReadonlyMap<WritableRow, Written>>)
    | undefined;
  /** Absent: its ports have no settings that are known. */
  readonly settings?: SettingsBackend | undefined;
  /** Undefined: VLANs of this switch are neither read nor written. */
  readonly vlans: VlanBackend | undefined;
}

export type Priority = 'critical' | 'high' | 'low';

/** Undefined: the switch does not say. */
export interface PortSettings {
  readonly priority: Priority | Unknown | undefined;
  /** Most that the port may draw. */
  readonly limit: Watts | undefined;
}

export type SettingsChange =
  | { readonly what: 'priority'; readonly priority: Priority }
  | { readonly what: 'limit'; readonly limit: Watts };

export interface SettingsBackend {
  read<Row extends string>(rows: readonly Row[]): Promise<ReadonlyMap<Row, PortSettings>>;
  write(rows: readonly WritableRow[], change: SettingsChange): Promise<ReadonlyMap<WritableRow, Written>>;
  /** Why it cannot be written; undefined: it can. */
  refusal(what: SettingsChange['what']): string | undefined;
  /** What a limit will read as once written: switches keep them in steps. */
  rounded(limit: Watts): Watts;
}

export interface VlanBackend {
  /** Which of its numbers a port has in `VlanState`. */
  readonly numbering: PortNumbering;
  /** False: it makes no VLANs, so those of the slots have to be there. */
  readonly creates?: boolean;
  /** The whole configuration, read now. */
  read(): Promise<VlanState>;
  /** The PVIDs alone, which is little enough to read at every poll. Ports that have none are left out. */
  pvids(): Promise<ReadonlyMap<BridgePort, VlanId>>;
  /**
   * Does the steps, merged into as few exchanges as the switch takes. `state` is the last value of `read`, and every
   * exchange is put to `guard` before it is sent. Steps that the switch refused are returned with its reason, and the
   * rest is done all the same; what throws leaves the rest undone and everything unknown. A step that was answered
   * proves nothing: only a new `read` does.
   */
  write(steps: readonly VlanStep[], state: VlanState, guard: VlanGuard): Promise<readonly VlanRefusal[]>;
  /** How long to wait after writing before a reading is to be believed. */
  readonly settleMs: number;
  /** Makes the running configuration the saved one; undefined where the switch saves by itself. */
  readonly save: (() => Promise<void>) | undefined;
  /** Sets the link features of boards' ports that the family lets us set; returns which are set. Undefined: none are. */
  readonly edge: ((ports: readonly BridgePort[], guard: VlanGuard) => Promise<EdgeOutcome>) | undefined;
}

export interface VlanRefusal {
  readonly steps: readonly VlanStep[];
  readonly reason: string;
}

export interface EdgeOutcome {
  readonly set: readonly EdgeFeature[];
  /** What was tried and did not take, a sentence each. */
  readonly problems: readonly string[];
  /** Whether anything was written, and so is to be saved. */
  readonly changed: boolean;
}
