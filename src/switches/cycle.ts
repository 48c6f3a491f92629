/**
 * A power cycle: off, read as off, hold, on, read as delivering. Two PDUs, because an agent may merge two writes to one
 * object in one PDU; and judged against the state before, because a port with nothing on it never delivers.
 */
import type { Clock } from '../rack/clock.ts';
import { sleep } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis, seconds } from '../rack/units.ts';
import { PowerDenied, SetUnconfirmed, SwitchError, SwitchJobTooLate, SwitchQueueFull } from './errors.ts';
import type { WritableRow } from './guard.ts';
import type { PortSeen } from './power-state.ts';
import { deniedSince, describeSeen, isDelivering, isOff } from './power-state.ts';
import type { PortSet } from './set.ts';
import { SnmpTimeout, SnmpTransport } from './snmp/errors.ts';
import type { Watch, Watcher } from './watch.ts';

export interface CycleOptions {
  /** How long every port stays off once the last one reads off. */
  readonly hold: Millis;
  readonly offTimeout?: Millis;
  readonly onTimeout?: Millis;
  /** How long a port that was denied power may go on trying before it counts as failed. */
  readonly deniedGrace?: Millis;
  /** `always`: wait for power on ports too that delivered none before. */
  readonly expectPower?: 'as-before' | 'always';
  readonly progress?: (progress: CycleProgress) => void;
}

export interface CycleProgress {
  readonly port: string;
  readonly stage: 'switching-off' | 'off' | 'switching-on' | 'on' | 'delivering' | 'failed';
  /** Since the cycle began. */
  readonly after: Millis;
  /** For `failed`. */
  readonly error?: SwitchError;
}

interface CycleSeen {
  readonly port: string;
  readonly before: PortSeen | undefined;
  /** The last state that was read. */
  readonly after: PortSeen | undefined;
  /** From the first write to reading off; undefined: it never did. */
  readonly offAfter: Millis | undefined;
  /** From the second write to reading on (and delivering, where power is expected). */
  readonly onAfter: Millis | undefined;
}

export type CycleResult = CycleSeen &
  ({ readonly ok: true; readonly delivering: boolean } | { readonly ok: false; readonly error: SwitchError });

export interface CycleOps {
  readonly clock: Clock;
  readonly set: (rows: ReadonlyMap<string, WritableRow>, on: boolean) => Promise<readonly PortSet[]>;
  readonly watcher: Watcher<WritableRow>;
}

export const CYCLE_DEFAULTS = Object.freeze({
  offTimeout: seconds(30),
  onTimeout: seconds(60),
  deniedGrace: seconds(5),
});

/** How long to wait before the second write is tried again on a switch that went silent in the middle. */
const ON_RETRY = seconds(1);

interface Progress {
  readonly port: string;
  readonly row: WritableRow;
  before: PortSeen | undefined;
  after: PortSeen | undefined;
  offAfter: Millis | undefined;
  onAfter: Millis | undefined;
  error: SwitchError | undefined;
  /** Whether the port may be off now because of us, and so has to be switched on again whatever else failed. */
  touched: boolean;
}

/** @throws only what stopped it before anything was written; all else is in the results, one per port */
export async function runCycle(
  ops: CycleOps,
  rows: ReadonlyMap<string, WritableRow>,
  options: CycleOptions,
): Promise<CycleResult[]> {
  const { clock } = ops;
  const startedAt = clock.monotonic();
  const ports = new Map([...rows].map(([port, row]): [string, Progress] => [port, fresh(port, row)]));
  const listener: { failure?: unknown } = {};
  const tell = (port: string, stage: CycleProgress['stage'], error?: SwitchError) => {
    try {
      options.progress?.({ port, stage, after: since(clock, startedAt), ...(error && { error }) });
    } catch (failure) {
      // Ports are off in the middle of this: it goes on to the end, and the listener's failure is thrown there.
      listener.failure ??= failure;
    }
  };
  const fail = (progress: Progress, error: SwitchError) => {
    progress.error ??= error;
    tell(progress.port, 'failed', error);
  };

  for (const port of rows.keys()) tell(port, 'switching-off');
  for (const result of await setOff(ops, rows)) {
    const progress = ports.get(result.port)!;
    Object.assign(progress, { before: result.before, after: result.after, touched: mayBeOff(result) });
    if (!result.ok) fail(progress, result.error);
  }
  await each(ports, working, async (progress) => {
    const result = await ops.watcher.until(offWatch(progress, options));
    progress.after = result.seen ?? progress.after;
    if (!result.ok) return fail(progress, result.error);
    progress.offAfter = since(clock, startedAt);
    tell(progress.port, 'off');
  });

  if ([...ports.values()].some(working)) await sleep(clock, options.hold);

  const again = new Map([...ports].filter(([, { touched }]) => touched).map(([port, { row }]) => [port, row]));
  const onAt = clock.monotonic();
  for (const port of again.keys()) tell(port, 'switching-on');
  for (const result of await setOn(ops, again, onAt, options.onTimeout ?? CYCLE_DEFAULTS.onTimeout)) {
    const progress = ports.get(result.port)!;
    progress.after = result.after ?? progress.after;
    if (!result.ok) fail(progress, result.error);
  }
  await each(ports, working, async (progress) => {
    const wanted = options.expectPower === 'always' || isDelivering(progress.before!);
    if (wanted) {
      const result = await ops.watcher.until(deliveringWatch(progress, progress.after!, options));
      progress.after = result.seen ?? progress.after;
      if (!result.ok) return fail(progress, result.error);
    }
    progress.onAfter = since(clock, onAt);
    tell(progress.port, wanted ? 'delivering' : 'on');
  });
  if ('failure' in listener) throw listener.failure;
  return [...ports.values()].map(conclude);
}

type SetResult =
  | PortSet
  | {
      readonly port: string;
      readonly ok: false;
      readonly before: undefined;
      readonly after: undefined;
      readonly error: SwitchError;
    };

/** The first write. When its job overran, the ports may be off by now: that is a result, not a reason to stop. */
async function setOff(ops: CycleOps, rows: ReadonlyMap<string, WritableRow>): Promise<readonly SetResult[]> {
  try {
    return await ops.set(rows, false);
  } catch (error) {
    if (error instanceof SwitchJobTooLate && error.ran) return allFailed(rows, error);
    throw error;
  }
}

function allFailed(rows: ReadonlyMap<string, WritableRow>, error: SwitchError): SetResult[] {
  return [...rows.keys()].map((port) => ({ port, ok: false, before: undefined, after: undefined, error }));
}

/**
 * The second write must not be given up lightly: what stays off here is a board that its owner wanted restarted. While the
 * switch is silent it is tried again, and as each try reads first, nothing is written twice for nothing.
 */
async function setOn(
  ops: CycleOps,
  rows: ReadonlyMap<string, WritableRow>,
  startedAt: Millis,
  timeout: Millis,
): Promise<readonly SetResult[]> {
  const results = new Map<string, SetResult>();
  let left = rows;
  while (left.size > 0) {
    for (const result of await trySetOn(ops, left)) results.set(result.port, result);
    left = new Map([...left].filter(([port]) => mayTryAgain(results.get(port)!)));
    if (ops.clock.monotonic() - startedAt >= timeout) break;
    if (left.size > 0) await sleep(ops.clock, ON_RETRY);
  }
  return [...results.values()];
}

async function trySetOn(ops: CycleOps, rows: ReadonlyMap<string, WritableRow>): Promise<readonly SetResult[]> {
  try {
    return await ops.set(rows, true);
  } catch (error) {
    const typed = error instanceof SwitchError ? error : new SwitchError('unexpected', String(error), { cause: error });
    return allFailed(rows, typed);
  }
}

function mayTryAgain(result: SetResult): boolean {
  if (result.ok) return false;
  const { error } = result;
  return [SetUnconfirmed, SnmpTimeout, SnmpTransport, SwitchQueueFull, SwitchJobTooLate].some(
    (kind) => error instanceof kind,
  );
}

/** A port that still reads on after a failed write was left alone by the switch; any other may be off, now or soon. */
function mayBeOff(result: SetResult): boolean {
  return result.ok || result.error instanceof SetUnconfirmed || result.after?.admin !== true;
}

function working(progress: Progress): boolean {
  return progress.error === undefined;
}

async function each(
  ports: ReadonlyMap<string, Progress>,
  which: (progress: Progress) => boolean,
  work: (progress: Progress) => Promise<void>,
): Promise<void> {
  await Promise.all([...ports.values()].filter(which).map(work));
}

/** Waits for power, and gives up early where the switch says that it has none left. `start` is the state to count from. */
export function deliveringWatch<Row extends string>(
  port: { readonly port: string; readonly row: Row },
  start: PortSeen,
  options: Pick<CycleOptions, 'onTimeout' | 'deniedGrace'>,
): Watch<Row> {
  const grace = options.deniedGrace ?? CYCLE_DEFAULTS.deniedGrace;
  let deniedAt: Millis | undefined;
  return {
    port: port.port,
    row: port.row,
    expected: 'deliveringPower',
    timeout: options.onTimeout ?? CYCLE_DEFAULTS.onTimeout,
    judge: (seen, waited) => {
      if (isDelivering(seen)) return 'reached';
      const refusals = deniedSince(start, seen);
      if (refusals === 0) return 'waiting';
      deniedAt ??= waited;
      if (waited - deniedAt < grace) return 'waiting';
      return new PowerDenied(port.port, refusals, waited, describeSeen(seen));
    },
  };
}

/** Waits until the port reads off, whoever switched it. */
export function offWatch<Row extends string>(
  port: { readonly port: string; readonly row: Row },
  options: Pick<CycleOptions, 'offTimeout'>,
): Watch<Row> {
  return {
    port: port.port,
    row: port.row,
    expected: 'power off',
    timeout: options.offTimeout ?? CYCLE_DEFAULTS.offTimeout,
    judge: (seen) => (isOff(seen) ? 'reached' : 'waiting'),
  };
}

function fresh(port: string, row: WritableRow): Progress {
  const nothing = { before: undefined, after: undefined, offAfter: undefined, onAfter: undefined, error: undefined };
  return { port, row, ...nothing, touched: false };
}

function conclude(progress: Progress): CycleResult {
  const { port, before, after, offAfter, onAfter, error } = progress;
  const seen = { port, before, after, offAfter, onAfter };
  if (error) return { ...seen, ok: false, error };
  return { ...seen, ok: true, delivering: after !== undefined && isDelivering(after) };
}

function since(clock: Clock, at: Millis): Millis {
  return millis(Math.round(clock.monotonic() - at));
}
