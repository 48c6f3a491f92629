/** What is known of one slot at this moment: the wanted state, what the switch reads, the boot, and what went wrong. */
import type { Mac } from '../wire/address.ts';
import type { Boot } from './timeline.ts';
import type { Millis, SlotNumber, Watts } from './units.ts';

/** The board as observed on the leg; each field is what the board last claimed. */
export interface BoardSeen {
  readonly mac: Mac | undefined;
  /** Eight lower-case hex digits. */
  readonly serial: string | undefined;
  /** Revision word, where the board sends it (Pi 4 and later). */
  readonly revision: number | undefined;
  readonly model: string | undefined;
}

export const NO_BOARD: BoardSeen = { mac: undefined, serial: undefined, revision: undefined, model: undefined };

export interface PowerSeen {
  readonly admin: boolean;
  /** pethPsePortDetectionStatus by its MIB name. */
  readonly detection: string;
  readonly watts: Watts | undefined;
  readonly readAt: Millis;
}

export type PowerPhase =
  /** The port is as wanted, or about to be made so. */
  | 'settled'
  /** Waits for admission before it is powered on. */
  | 'queued'
  /** Being switched off, held off, or switched on. */
  | 'switching';

export interface Quarantine {
  readonly cause: string;
  readonly at: Millis;
  /** Who of staff said so; undefined: recovery gave up. */
  readonly by?: string | undefined;
}

export interface SlotState {
  readonly slot: SlotNumber;
  readonly assigned: boolean;
  readonly wanted: 'on' | 'off';
  /** A power cycle was asked for and has not been finished. */
  readonly cycling: boolean;
  readonly phase: PowerPhase;
  /** Why it is queued. */
  readonly waiting: string | undefined;
  readonly power: PowerSeen | undefined;
  readonly board: BoardSeen;
  readonly boot: Boot | undefined;
  /** Row of the boot in the store. */
  readonly bootId: number | undefined;
  /** Power cycles spent by recovery since the board was last up. */
  readonly attempts: number;
  /** An SSH banner was read over IPv6 at the last probe; undefined before the first. */
  readonly reachable6: boolean | undefined;
  /** Why recovery gave up; the slot is left alone until somebody asks for power again. */
  readonly quarantine: Quarantine | undefined;
  /** The last thing that went wrong, kept after it healed. */
  readonly lastCause: string | undefined;
  /** Since when `condition` is what it is. */
  readonly since: Millis;
}

/** One word for where the slot stands, for tables and counts. */
export type SlotCondition =
  | 'off'
  | 'queued'
  | 'switching'
  /** Port on, nothing draws power. */
  | 'empty'
  | 'booting'
  /** Powered, but no image is assigned: it stays in its first stage. */
  | 'unassigned'
  | 'up'
  /** It was up, and now its IPv6 address does not answer. */
  | 'unreachable'
  | 'quarantined';

export const DELIVERING = 'deliveringPower';

export function isPowered(state: SlotState): boolean {
  return state.power?.admin === true && state.power.detection === DELIVERING;
}

export function isUp(state: SlotState): boolean {
  return state.boot?.steps.some((step) => step.milestone === 'ssh_up') ?? false;
}

/** Between power-on and ssh up, counting those whose boot stands still until recovery has spoken. */
export function isBooting(state: SlotState): boolean {
  return isPowered(state) && state.assigned && !isUp(state) && state.quarantine === undefined;
}

export function condition(state: SlotState): SlotCondition {
  if (state.quarantine !== undefined) return 'quarantined';
  if (state.phase === 'queued') return 'queued';
  if (state.phase === 'switching') return 'switching';
  if (state.power === undefined || !state.power.admin) return 'off';
  if (!isPowered(state)) return 'empty';
  if (isUp(state)) return state.reachable6 === false ? 'unreachable' : 'up';
  return state.assigned ? 'booting' : 'unassigned';
}
