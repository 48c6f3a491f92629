/** A PoE switch as the rest of pirack sees it: every answer read back, every write guarded. */
import type { Logger } from 'pino';
import type { Clock } from '../rack/clock.ts';
import type { SwitchPlan } from '../rack/plan.ts';
import type { Millis } from '../rack/units.ts';
import { seconds } from '../rack/units.ts';
import type { SwitchBackend } from './backend.ts';
import type { PortConfigured, SettingsWanted } from './configure.ts';
import { configureRows } from './configure.ts';
import type { Link, Tools } from './connection.ts';
import { createConnection } from './connection.ts';
import type { SwitchDriver } from './drivers/driver.ts';
import { WriteRefused } from './errors.ts';
import type { WritableRow, WritePolicy } from './guard.ts';
import { writableRows } from './guard.ts';
import { SYSTEM } from './mib/system.ts';
import type { PortEvent } from './port-keeper.ts';
import { createPortKeeper } from './port-keeper.ts';
import type { PortMap } from './port-map.ts';
import type { PortMapStore } from './ports/store.ts';
import type { PortPower, PortSeen } from './power-state.ts';
import { upTimeMillis } from './power-state.ts';
import type { QueueState } from './queue.ts';
import { createQueue } from './queue.ts';
import type { PortSet, Written } from './set.ts';
import { powerGoal, READ_BACK_WITHIN, setConfirmed } from './set.ts';
import type { OnValues } from './snmp/backend.ts';
import { chooseByIdentity } from './snmp/choose.ts';
import type { ChooseDriver, WrapBackend } from './snmp/reach.ts';
import { reachOverSnmp } from './snmp/reach.ts';
import type { SecretReader } from './snmp/secrets.ts';
import type { SessionLimits, SnmpContext, SnmpSession } from './snmp/session.ts';
import { openSnmpSession } from './snmp/session.ts';
import { upTimeOf } from './snmp/system.ts';
import type { WalkLimits } from './snmp/walk.ts';
import { doubtSupply } from './supply.ts';
import type { MainPower, SwitchIdentity } from './tables.ts';
import { WALK_LIMITS } from './tables.ts';
import type { Awaited, WaitOptions } from './waits.ts';
import { watchFor } from './waits.ts';
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
  /** Finds out of which family the switch is; in place of asking it what it is. */
  readonly chooseDriver?: ChooseDriver;
  /** Makes the backend of a family that is not written over SNMP. */
  readonly wrap?: WrapBackend;
  /** Remembers which port was which over restarts of the program; without it, restarts of the switch only. */
  readonly portMaps?: PortMapStore;
  /** Told what staff should know of the switch's ports, once. */
  readonly tell?: (kind: PortEvent, text: string) => void;
  /** In place of a session over UDP. */
  readonly openSession?: (context?: SnmpContext) => Promise<SnmpSession>;
}

export interface SwitchReading {
  /** One per PoE row of the switch, in its order. */
  readonly ports: readonly PortPower[];
  readonly main: MainPower;
  /** Why `main.consumption` is not to be believed; undefined: it may be true. */
  readonly doubt: string | undefined;
  /** Undefined where the switch does not say. */
  readonly upTime: Millis | undefined;
  /** Whether the switch started anew since the reading before this one. */
  readonly restarted: boolean;
  readonly driver: SwitchDriver;
}

export interface SwitchStatus {
  readonly queue: QueueState;
  /** The proven port map, or why there is none; undefined before the first reading. */
  readonly map: PortMap | { readonly refused: readonly string[] } | undefined;
  /** What the switch was found to be; undefined before it was reached. */
  readonly driver: SwitchDriver | undefined;
  /** What its last reading leaves in doubt, one sentence each. */
  readonly warnings: readonly string[];
  /** The last reading; undefined before the first. */
  readonly reading: SwitchReading | undefined;
}

/** Ports are named as the rack file names them. Every method may throw the errors of this folder. */
export interface PoeSwitch {
  readonly name: string;
  read(): Promise<readonly PortPower[]>;
  /** `read` with what else a poll wants. Readings that are asked for at the same time are one. */
  poll(): Promise<SwitchReading>;
  /** Writes what is not so already and reads it back. One result per port: look at `ok`. */
  set(ports: readonly string[], on: boolean): Promise<readonly PortSet[]>;
  /**
   * Has the switch take power away for so many seconds and give it back, in one write; for drivers with `power.cycle`.
   * What became of each write proves nothing: wait for the port to be dark, then to deliver.
   */
  cycle(ports: readonly string[], holdSeconds: number): Promise<ReadonlyMap<string, Written>>;
  /** Priority and limit, written where the switch lets them be and read back. @throws WriteRefused before anything is written */
  configure(ports: readonly string[], wanted: SettingsWanted): Promise<readonly PortConfigured[]>;
  /** Waits for a state without writing anything; for ports that may be written only. `start`: the state before it was switched. */
  waitFor(port: string, state: Awaited, options: WaitOptions & { readonly start?: PortSeen }): Promise<WatchResult>;
  identity(): Promise<SwitchIdentity>;
  /** Which port is which. @throws PortMapRefused */
  ports(): Promise<PortMap>;
  /** The same, after a look at whether the switch has started anew since: for whoever is about to write by it. @throws PortMapRefused */
  portsNow(): Promise<PortMap>;
  /** The same where ports moved, once a person has looked: from then on they are where they are now. @throws PortMapRefused */
  acceptPorts(): Promise<PortMap>;
  /** Anything else that is asked of the switch, in its turn; VLANs above all. */
  run<T>(job: SwitchJob<T>): Promise<T>;
  /** For people: what is running, what waits and why. Costs nothing. */
  status(): SwitchStatus;
  close(): void;
}

export interface SwitchJob<T> {
  /** In a few words, for people. */
  readonly what: string;
  readonly deadline: Millis;
  readonly urgent?: boolean;
  readonly work: (tools: Tools) => Promise<T>;
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
  const keeper = createPortKeeper({ plan, policy, clock, log, store: deps.portMaps, tell: deps.tell });
  const onValues: OnValues = new Map();
  const connection = createConnection((signal) =>
    reachOverSnmp(
      {
        plan,
        clock,
        onValues,
        limits: deps.walk ?? WALK_LIMITS,
        openSession: deps.openSession ?? ((context) => openSnmpSession(plan, deps, context)),
        chooseDriver: deps.chooseDriver ?? chooseByIdentity(log),
        wrap: deps.wrap,
      },
      signal,
    ),
  );
  const readBackWithin = deps.readBackWithin ?? READ_BACK_WITHIN;
  let reading: Promise<SwitchReading> | undefined;
  let restartsTold = 0;
  let warnings: readonly string[] = [];
  let last: SwitchReading | undefined;

  const job = <T>(what: string, deadline: Millis, urgent: boolean, work: (link: Link) => Promise<T>) =>
    queue.run({ what, deadline, urgent, work: (signal) => connection.use(signal, work) });

  const look = (backend: SwitchBackend, rows: readonly WritableRow[]) => backend.look(rows, keeper.ifIndexes());

  const watcher = createWatcher<WritableRow>(clock, (rows) =>
    job(`look at ${count(rows.length)}`, LOOK_DEADLINE, true, async ({ backend }) => (await look(backend, rows)).seen),
  );

  /** After a restart it may be another switch, and what its ports were before is no guide. */
  const renew = (link: Link) => {
    onValues.clear();
    return link.renew();
  };

  const poll = () =>
    job('read all ports', READ_DEADLINE, false, async (first): Promise<SwitchReading> => {
      await keeper.prepare(first);
      const state = await first.backend.state(keeper.ifIndexes());
      // After a restart, or when the table changed, the rows may belong to other ports.
      const stale = keeper.note(state.upTime) || !keeper.fits(state.rows.map(({ row }) => row));
      const link = stale ? await renew(first) : first;
      const { driver, backend } = link;
      if (stale) await keeper.rebuild(link);
      const { rows, main, upTime } = stale ? await backend.state(keeper.ifIndexes()) : state;
      const restarted = keeper.restarts !== restartsTold;
      restartsTold = keeper.restarts;
      const doubt = driver.power?.watts?.kind === 'measured' ? doubtSupply(main, rows) : undefined;
      warnings = doubt === undefined ? [] : [doubt];
      const ports = rows.map((row) => ({ port: keeper.nameOf(row.row), ...row }));
      last = { ports, main, doubt, upTime: upTimeMillis(upTime?.ticks), restarted, driver };
      return last;
    });

  const proven = async () => {
    const find = async (link: Link) => keeper.proven() ?? (await keeper.prove(link));
    return keeper.proven() ?? (await job('find out which port is which', READ_DEADLINE, true, find));
  };

  const provenNow = () =>
    job('see whether it has started anew', READ_DEADLINE, true, async (first) => {
      const from = clock.monotonic();
      const [ticks] = await first.access.session.get([SYSTEM.sysUpTime]);
      const link = keeper.note(upTimeOf(ticks, from, clock.monotonic())) ? await renew(first) : first;
      return keeper.proven() ?? (await keeper.prove(link));
    });

  const guarded = async (ports: readonly string[]) => {
    const map = await proven();
    const writes = connection.driver?.writes;
    if (typeof writes === 'object') throw new WriteRefused(ports.join(', '), writes.readOnly);
    return writableRows(map, policy, ports);
  };

  /** A job that writes: it first looks whether the rows are still the ports that they were. */
  const writing = <T>(
    what: string,
    rows: ReadonlyMap<string, WritableRow>,
    work: (link: Link, before: ReadonlyMap<WritableRow, PortSeen>) => Promise<T>,
  ) =>
    job(what, connection.driver?.writeDeadline ?? WRITE_DEADLINE, true, async (first) => {
      const { seen, upTime } = await look(first.backend, [...rows.values()]);
      const link = keeper.note(upTime) ? await renew(first) : first;
      await keeper.confirm(link, rows);
      return work(link, seen);
    });

  const set = async (ports: readonly string[], on: boolean) => {
    const rows = await guarded(ports);
    const what = `switch ${count(rows.size)} ${on ? 'on' : 'off'}`;
    return writing(what, rows, ({ backend }, before) =>
      setConfirmed({
        clock,
        rows,
        before,
        goal: powerGoal(on),
        write: (some) => backend.switchRows(some, on),
        look: async (some) => (await look(backend, some)).seen,
        readBackWithin,
      }),
    );
  };

  const cycle = async (ports: readonly string[], holdSeconds: number) => {
    const rows = await guarded(ports);
    const written = await writing(`cycle ${count(rows.size)}`, rows, ({ backend, driver }) => {
      if (!backend.cycleRows) throw new WriteRefused(ports.join(', '), `${driver.title} has no power cycle of its own`);
      return backend.cycleRows([...rows.values()], holdSeconds);
    });
    return new Map([...rows].map(([port, row]) => [port, written.get(row) ?? 'nothing-to-do']));
  };

  const configure = async (ports: readonly string[], wanted: SettingsWanted) => {
    const rows = await guarded(ports);
    return writing(`configure ${count(rows.size)}`, rows, ({ backend, driver }) =>
      configureRows({ clock, rows, wanted, settings: backend.settings, title: driver.title, readBackWithin }),
    );
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
    set,
    cycle,
    configure,
    waitFor: async (port, state, options) => {
      const row = (await guarded([port])).get(port)!;
      const now = async ({ backend }: Link) => (await look(backend, [row])).seen.get(row)!;
      const start = options.start ?? (await job(`look at port ${port}`, LOOK_DEADLINE, true, now));
      return watcher.until(watchFor({ port, row }, state, start, options));
    },
    identity: () => job('ask what it is', READ_DEADLINE, false, ({ backend }) => backend.identity()),
    ports: proven,
    portsNow: provenNow,
    acceptPorts: () => job('take its ports as they are now', READ_DEADLINE, true, (link) => keeper.accept(link)),
    run: ({ what, deadline, urgent, work }) => job(what, deadline, urgent ?? false, work),
    status: () => ({ queue: queue.state(), map: keeper.state(), driver: connection.driver, warnings, reading: last }),
    close: () => connection.close(),
  };
}

function count(ports: number): string {
  return ports === 1 ? 'one port' : `${ports} ports`;
}
