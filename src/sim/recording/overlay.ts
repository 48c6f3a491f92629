/** What is laid over a recording: columns that may be written, rows that were not recorded, and what a write sets off. */
import type { Millis } from '../../rack/units.ts';
import type { MibValue } from '../switch/mib.ts';
import type { RecordedMib } from './mib.ts';
import type { Recording } from './recording.ts';

export interface Overlay {
  readonly writable?: readonly WritableColumn[];
  /** Rows that the recording lacks, made up: whoever asks is told so. A row that was recorded is left as it is. */
  readonly rows?: (recording: Recording) => readonly SyntheticRow[];
  /** Hears of every SET of a writable column, once it is done. */
  readonly onWrite?: (write: Write, device: Behaviour) => void;
}

export interface WritableColumn {
  /** Every recorded row at or below it may be written. */
  readonly column: string;
  /** Type of the column; a row of another type, which a recording may have, keeps its own. */
  readonly tag: number;
  /** error-status for a value of the right type; left out, every value will do. */
  readonly check?: (value: MibValue) => number;
}

export interface SyntheticRow {
  readonly oid: string;
  readonly tag: number;
  readonly value: MibValue;
}

export interface Write {
  readonly column: string;
  /** What follows the column. */
  readonly index: string;
  readonly before: MibValue;
  readonly value: MibValue;
}

/** What an overlay may do when something was written. */
export interface Behaviour {
  readonly mib: RecordedMib;
  after(delay: Millis, run: () => void): void;
  /** Whether the n-th port, from 1, gets no power whatever is asked for: the `denied` fault. */
  denied(port: number): boolean;
}
