/** Power over a recording: admin columns that may be written, and what the rest of the switch makes of it after a while. */
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { MibValue } from '../switch/mib.ts';
import { STATUS, TAG } from '../switch/mib.ts';
import type { RecordedMib } from './mib.ts';
import type { Behaviour, Overlay, SyntheticRow, Write } from './overlay.ts';
import type { Recording } from './recording.ts';

export interface PoeColumns {
  /** Each switches a port; a write to one shows in the others. */
  readonly admin: readonly AdminValues[];
  readonly detection?: DetectionValues;
  /** What a port delivers, in the unit of the switch: 0 while it is off. */
  readonly watts?: string;
}

export interface AdminValues {
  readonly column: string;
  readonly on: number;
  readonly off: number;
  /** Every value that may be written; left out, `on` and `off`. */
  readonly all?: readonly number[];
}

export interface DetectionValues {
  readonly column: string;
  readonly disabled: number;
  readonly searching: number;
  readonly delivering: number;
}

/** One port as it was when it was recorded. */
export interface RecordedPort {
  /** Index of its row in all of the columns. */
  readonly index: string;
  readonly admin: boolean;
  /** In the values of the detection column. */
  readonly detection: number;
  readonly ifIndex: number | undefined;
}

export interface PoeDelays {
  /** Admin off to no power, and admin on to power. */
  readonly off: Millis;
  readonly detect: Millis;
}

export const POE_DELAYS: PoeDelays = Object.freeze({ off: millis(600), detect: millis(1_200) });

/** ifOperStatus */
const OPER = '1.3.6.1.2.1.2.2.1.8';
const DOWN = 2;

/**
 * Makes up the rows of `columns` that were not recorded. What had power when it was recorded gets it again when it is
 * switched on; on the other ports there is nothing, and they search for ever.
 */
export function poeOverlay(
  columns: PoeColumns,
  ports: (recording: Recording) => readonly RecordedPort[],
  delays: PoeDelays = POE_DELAYS,
): Overlay {
  const { detection } = columns;
  let known: PortPower[] = [];
  return {
    writable: columns.admin.map(({ column, on, off, all = [on, off] }) => ({
      column,
      tag: TAG.Integer32,
      check: (value: MibValue) => (all.includes(value as number) ? STATUS.noError : STATUS.wrongValue),
    })),
    rows(recording) {
      const recorded = ports(recording);
      known = recorded.map((port, place) => new PortPower(columns, delays, port, place + 1));
      return recorded.flatMap(({ index, ...port }): SyntheticRow[] => [
        ...columns.admin.map(({ column, on, off }) => ({
          oid: `${column}.${index}`,
          tag: TAG.Integer32,
          value: port.admin ? on : off,
        })),
        ...(detection ? [{ oid: `${detection.column}.${index}`, tag: TAG.Integer32, value: port.detection }] : []),
      ]);
    },
    onWrite(write, device) {
      known.find(({ index }) => index === write.index)?.written(write, device);
    },
  };
}

class PortPower {
  readonly index: string;
  readonly #columns: PoeColumns;
  readonly #delays: PoeDelays;
  readonly #recorded: RecordedPort;
  readonly #number: number;
  /** What the columns say of the port while it has power; undefined until it lost it. */
  #powered: { readonly watts: MibValue; readonly oper: MibValue } | undefined;
  /** Of the last write that counted: what an earlier one set off does not happen any more. */
  #turn = 0;
  #on: boolean;

  constructor(columns: PoeColumns, delays: PoeDelays, recorded: RecordedPort, number: number) {
    this.index = recorded.index;
    this.#columns = columns;
    this.#delays = delays;
    this.#recorded = recorded;
    this.#number = number;
    this.#on = recorded.admin;
  }

  written({ column, value }: Write, device: Behaviour): void {
    const written = this.#columns.admin.find((each) => each.column === column);
    if (!written) return;
    const on = value !== written.off;
    if (on === this.#on) return;
    this.#on = on;
    for (const each of this.#columns.admin) {
      if (each !== written) put(device.mib, `${each.column}.${this.index}`, on ? each.on : each.off);
    }
    this.#turn += 1;
    if (on) this.#switchOn(device);
    else this.#inTime(device, this.#delays.off, () => this.#show(device.mib, 'disabled'));
  }

  #switchOn(device: Behaviour): void {
    const { detection } = this.#columns;
    const now = detection && device.mib.value(`${detection.column}.${this.index}`);
    // Switched on again before the power went off: it never went off.
    if (detection && now === detection.delivering) return;
    this.#show(device.mib, 'searching');
    if (detection && this.#recorded.detection !== detection.delivering) return;
    this.#inTime(device, this.#delays.detect, () => {
      if (!device.denied(this.#number)) this.#show(device.mib, 'delivering');
    });
  }

  #inTime(device: Behaviour, delay: Millis, run: () => void): void {
    const turn = this.#turn;
    device.after(delay, () => {
      if (turn === this.#turn) run();
    });
  }

  #show(mib: RecordedMib, state: 'disabled' | 'searching' | 'delivering'): void {
    const { detection, watts } = this.#columns;
    const wattsOid = `${watts}.${this.index}`;
    const operOid = `${OPER}.${this.#recorded.ifIndex}`;
    this.#powered ??= { watts: mib.value(wattsOid) ?? 0, oper: mib.value(operOid) ?? DOWN };
    if (detection) put(mib, `${detection.column}.${this.index}`, detection[state]);
    put(mib, wattsOid, state === 'delivering' ? this.#powered.watts : 0);
    put(mib, operOid, state === 'delivering' ? this.#powered.oper : DOWN);
  }
}

/** Rows that the switch has not are not made. */
function put(mib: RecordedMib, oid: string, value: MibValue): void {
  const row = mib.get(oid);
  if (row) mib.put(oid, row.object.tag, value);
}
