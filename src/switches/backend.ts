/**
 * What a switch can be asked to do, whatever it is spoken to with: SNMP or a command line over SSH. One exchange at a
 * time; the queue of the switch sees to that. Everything may throw the errors of this folder.
 */

import type { WritableRow } from './guard.ts';
import type { PortTables } from './port-map.ts';
import type { PortSeen, UpTime } from './power-state.ts';
import type { Written } from './set.ts';
import type { SwitchIdentity, SwitchState } from './tables.ts';
import type { VlanState, VlanStep } from './vlans/state.ts';

export interface SwitchBackend {
  identity(): Promise<SwitchIdentity>;
  /** What the port map is made of. */
  portTables(): Promise<PortTables>;
  /** Every PoE row. `ifIndexes` says which interface belongs to a row. */
  state(ifIndexes: ReadonlyMap<string, number>): Promise<SwitchState>;
  /** Some PoE rows, and the time since the switch started, so that a restart is noticed before anything is written. */
  look<Row extends string>(
    rows: readonly Row[],
  ): Promise<{ readonly seen: ReadonlyMap<Row, PortSeen>; readonly upTime: UpTime | undefined }>;
  /** Switches rows, and says of each what became of the attempt; whether it took effect is for `look` to say. */
  switchRows(rows: readonly WritableRow[], on: boolean): Promise<ReadonlyMap<WritableRow, Written>>;
  /** Undefined: VLANs of this switch are neither read nor written. */
  readonly vlans: VlanBackend | undefined;
}

export interface VlanBackend {
  /** The whole configuration, read now. */
  read(): Promise<VlanState>;
  /**
   * Does one step, in as many exchanges as the switch wants. `state` is the configuration just before it. A step that
   * was answered proves nothing: only a new `read` does.
   */
  write(step: VlanStep, state: VlanState): Promise<void>;
  /** How long to wait after writing before a reading is to be believed. */
  readonly settleMs: number;
  /** Makes the running configuration the saved one; undefined where the switch saves by itself. */
  readonly save: (() => Promise<void>) | undefined;
}
