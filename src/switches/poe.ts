/** A PoE switch as the rest of pirack sees it: read, set, cycle; every answer read back, every write guarded. */
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { SwitchPlan } from '../rack/plan.ts';
import type { Millis } from '../rack/units.ts';
import { seconds } from '../rack/units.ts';
import type { Claim } from './claims.ts';
import { createClaims } from './claims.ts';
import { createConnection } from './connection.ts';
import type { CycleOptions, CycleResult } from './cycle.ts';
import { deliveringWatch, offWatch, runCycle } from './cycle.ts';
import type { WritableRow, WritePolicy } from './guard.ts';
import { writableRows } from './guard.ts';
import { createPortKeeper } from './port-keeper.ts';
import type { PortMap } from './port-map.ts';
import type { PortPower } from './power-state.ts';
import type { QueueState } from './queue.ts';
import { createQueue } from './queue.ts';
import type { PortSet } from './set.ts';
import { READ_BACK_WITHIN, setAdmin } from './set.ts';
import type { SecretReader } from './snmp/secrets.ts';
import type { SessionLimits, SnmpSession } from './snmp/session.ts';
import { openSnmpSession } from './snmp/session.ts';
import type { WalkLimits } from './snmp/walk.ts';
import type { Access, MainPower, SwitchIdentity } from './tables.ts';
import { look, readIdentity, readMainPower, readState, upTimeMillis, WALK_LIMITS } from './tables.ts';
import type { WatchResult } from './watch.ts';
import { createWatcher } from './watch.ts';

export interface SwitchDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: SecretReader;
  /** The faceplate ports of this switch that the plan's slots are plugged into: the only ones that are ever written. */
  readonly ports: readonly string[];
  readonly limits?: SessionLimits;
  /** For a switch that is slow by the varbind, or answers with truncated tables when asked for much. */
  readonly walk?: WalkLimits;
  /** Jobs that may wait at a time; the next one is refused. */
  readonly queueDepth?: number;
  /** How long a switch may take until an accepted write reads back. */
  readonly readBackWithin?: Millis;
  /** In place of a session over UDP. */
  readonly openSession?: () => Promise<SnmpSession>;
}

export interface SwitchReading {
  /** One per PoE row of the switch, in its order. */
  readonly ports: readonly PortPower[];
  readonly main: MainPower;
  /** Undefined where the switch does not say. */
  readonly upTime: Millis | undefined;
  /** Whether the switch started anew since the reading before this one. */
  readonly restarted: boolean;
}

export interface SwitchStatus {
  readonly queue: QueueState;
  /** Ports that an operation holds. */
  readonly claims: readonly Claim[];
  /** The proven port map, or why there is none; undefined before the first reading. */
  readonly map: PortMap | { readonly refused: readonly string[] } | undefined;
}

/** Ports are named as the rack file names them. Every method may throw the errors of this folder. */
export interface PoeSwitch {
  readonly name: string;
  read(): Promise<readonly PortPower[]>;
  /** `read` with what else a poll wants. Readings that are asked for at the same time are one. */
  poll(): Promise<SwitchReading>;
  /** Writes what is not so already and reads it back. One result per port: look at `ok`. */
  set(ports: readonly string[], on: boolean): Promise<readonly PortSet[]>;
  /** One result per port: look at `ok`. Throws only when nothing was written. */
  cycle(ports: readonly string[], options: CycleOptions): Promise<readonly CycleResult[]>;
  /** Waits for a state without writing anything; for ports that may be written only. */
  waitFor(port: string, state: 'off' | 'delivering', timeout: Millis): Promise<WatchResult>;
  identity(): Promise<SwitchIdentity>;
  watts(): Promise<MainPower>;
  /** For people: what is running, what waits and why. Costs nothing. */
  status(): SwitchStatus;
  close(): void;
}

const QUEUE_DEPTH = 64;
const READ_DEADLINE = seconds(240);
const WRITE_DEADLINE = seconds(60);
const LOOK_DEADLINE = seconds(20);

/** Nothing is sent, and no secret read, until the first call. */
export function openSwitch(plan: SwitchPlan, deps: SwitchDeps): PoeSwitch {
  const { clock } = deps;
  const log = deps.log.child({ switch: plan.name });
  const policy: WritePolicy = { listed: deps.ports, uplinks: plan.uplinks };
  const queue = createQueue(clock, deps.queueDepth ?? QUEUE_DEPTH);
  const claims = createClaims(clock);
  const connection = createConnection(deps.openSession ?? (() => openSnmpSession(plan, deps)));
  const keeper = createPortKeeper(log, policy);
  let reading: Promise<SwitchReading> | undefined;
  let restartsTold = 0;
  const limits = deps.walk ?? WALK_LIMITS;

  const job = <T>(what: string, deadline: Millis, urgent: boolean, work: (access: Access) => Promise<T>) =>
    queue.run({
      what,
      deadline,
      urgent,
      work: (signal) => connection.use(signal, (session) => work({ session, clock, limits })),
    });

  const watcher = createWatcher<WritableRow>(clock, (rows) =>
    job(`look at ${count(rows.length)}`, LOOK_DEADLINE, true, async (access) => (await look(access, rows)).seen),
  );

  const poll = () =>
    job('read all ports', READ_DEADLINE, false, async (access): Promise<SwitchReading> => {
      await keeper.prepare(access);
      const first = await readState(access, keeper.ifIndexes());
      const before = keeper.restarts;
      keeper.note(first.upTime);
      // After a restart, or when the table changed, the rows may belong to other ports.
      const stale = keeper.restarts !== before || !keeper.fits(first.rows.map(({ row }) => row));
      if (stale) await keeper.rebuild(access);
      const state = stale ? await readState(access, keeper.ifIndexes()) : first;
      const restarted = keeper.restarts !== restartsTold;
      restartsTold = keeper.restarts;
      return {
        ports: state.rows.map((row) => ({ port: keeper.nameOf(row.row), ...row })),
        main: state.main,
        upTime: upTimeMillis(state.upTime?.ticks),
        restarted,
      };
    });

  const guarded = async (ports: readonly string[]) => {
    const find = async (access: Access) => keeper.proven() ?? (await keeper.prove(access));
    const map = keeper.proven() ?? (await job('find out which port is which', READ_DEADLINE, true, find));
    return writableRows(map, policy, ports);
  };

  const setRows = (rows: ReadonlyMap<string, WritableRow>, on: boolean) =>
    job(`switch ${count(rows.size)} ${on ? 'on' : 'off'}`, WRITE_DEADLINE, true, async (access) => {
      const { seen, upTime } = await look(access, [...rows.values()]);
      keeper.note(upTime);
      await keeper.confirm(access, rows);
      const readBackWithin = deps.readBackWithin ?? READ_BACK_WITHIN;
      return setAdmin({ access, rows, before: seen, on, readBackWithin });
    });

  const claimed = async <T>(
    ports: readonly string[],
    what: string,
    work: (rows: ReadonlyMap<string, WritableRow>) => Promise<T>,
  ): Promise<T> => {
    const rows = await guarded(ports);
    const release = claims.take(rows, what);
    try {
      return await work(rows);
    } finally {
      release();
    }
  };

  const pollOnce = () => {
    reading ??= poll().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    name: plan.name,
    poll: pollOnce,
    read: async () => (await pollOnce()).ports,
    set: (ports, on) => claimed(ports, `switch ${on ? 'on' : 'off'}`, (rows) => setRows(rows, on)),
    cycle: (ports, options) =>
      claimed(ports, 'power cycle', (rows) => runCycle({ clock, set: setRows, watcher }, rows, options)),
    waitFor: async (port, state, timeout) => {
      const row = (await guarded([port])).get(port)!;
      if (state === 'off') return watcher.until(offWatch({ port, row }, { offTimeout: timeout }));
      const start = await job(`look at port ${port}`, LOOK_DEADLINE, true, (access) => look(access, [row]));
      return watcher.until(deliveringWatch({ port, row }, start.seen.get(row)!, { onTimeout: timeout }));
    },
    identity: () => job('ask what it is', READ_DEADLINE, false, readIdentity),
    watts: () => job('read its consumption', READ_DEADLINE, false, readMainPower),
    status: () => ({ queue: queue.state(), claims: claims.held(), map: keeper.state() }),
    close: () => connection.close(),
  };
}

function count(ports: number): string {
  return ports === 1 ? 'one port' : `${ports} ports`;
}
