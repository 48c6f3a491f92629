import type { Logger } from 'pino';
import { probeSsh } from './health/ssh-probe.ts';
import { Assignments } from './jobs/assignments.ts';
import { BackupJobs } from './jobs/backups/index.ts';
import { BootHistory } from './jobs/boot-history.ts';
import { ClientEvents } from './jobs/client-events.ts';
import { WHOLE_RACK } from './jobs/durable/rack-jobs.ts';
import { JobRunner } from './jobs/durable/runner.ts';
import { JobGroups } from './jobs/groups.ts';
import { BoardReports, rootsIn } from './jobs/health/board-reports.ts';
import { HealthWatch } from './jobs/health/health-watch.ts';
import { ownRoot } from './jobs/health/own-root.ts';
import { LegServices } from './jobs/leg-services.ts';
import { SlotCare } from './jobs/maintenance.ts';
import { PowerJobs } from './jobs/power.ts';
import { RackState } from './jobs/rack-state.ts';
import { RackSwitches } from './jobs/rack-switches.ts';
import { askBoard } from './jobs/reboot/ask-board.ts';
import { type ControllerKey, openControllerKey } from './jobs/reboot/controller-key.ts';
import { rebootKind } from './jobs/reboot/reboot.ts';
import { Recovery } from './jobs/recover.ts';
import { RootKeeper } from './jobs/roots/keeper.ts';
import { keysKind } from './jobs/roots/keys.ts';
import type { RootJobParts } from './jobs/roots/parts.ts';
import { provisionKind } from './jobs/roots/provision.ts';
import { QuotaWatch } from './jobs/roots/quota-watch.ts';
import { reimageKind } from './jobs/roots/reimage.ts';
import { releaseKind } from './jobs/roots/release.ts';
import { rescueKind } from './jobs/roots/rescue.ts';
import { undoKind } from './jobs/roots/undo.ts';
import { ServerTasks } from './jobs/server-tasks.ts';
import { Servers } from './jobs/servers.ts';
import { ImageChecks } from './jobs/storage/image-checks.ts';
import { StorageWatch } from './jobs/storage/storage-watch.ts';
import { powerKind } from './jobs/switch-power.ts';
import { Tenancy } from './jobs/tenancy.ts';
import { Totals } from './jobs/totals.ts';
import { BoardWatch } from './jobs/watch.ts';
import { reconcileLegs } from './net/legs/reconcile.ts';
import { ownMacs } from './net/own-macs.ts';
import { run as runProgram } from './net/run.ts';
import type { Clock } from './rack/clock.ts';
import { BOOTS_COMPARED } from './rack/neighbours.ts';
import type { Plan } from './rack/plan.ts';
import type { Millis, SlotNumber } from './rack/units.ts';
import { readStoredImages } from './roots/image-store/stored.ts';
import { openRoots, type Roots } from './roots/index.ts';
import { durablePortMaps } from './store/port-maps.ts';
import { Store } from './store/store.ts';
import type { SecretReader } from './switches/snmp/secrets.ts';

export interface ControllerParts {
  readonly plan: Plan;
  readonly stateDirectory: string;
  /** Where imported images are. */
  readonly imagesDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: SecretReader;
  /** Called when something happened that it may not go on after; the process should end. */
  readonly fatal: (what: string, cause: unknown) => void;
}

/** Steps of jobs that load this machine, at a time. */
const JOB_PLACES = 4;

/**
 * Wires everything together. It is ready to answer every board before it powers one: a Pi that is powered asks a few
 * times and then is dead until its power is cut.
 */
export class Controller {
  readonly #parts: ControllerParts;
  readonly startedAt: Millis;
  readonly power: PowerJobs;
  readonly switches: RackSwitches;
  readonly tenancy: Tenancy;
  readonly servers: Servers;
  readonly serverTasks: ServerTasks;
  readonly jobs: JobRunner;
  readonly care: SlotCare;
  readonly assignments: Assignments;
  readonly groups: JobGroups;
  readonly totals: Totals;
  readonly clientEvents: ClientEvents;
  readonly history: BootHistory;
  readonly backups: BackupJobs;
  readonly #store: Store;
  readonly #state: RackState;
  readonly #watch: BoardWatch;
  readonly #recovery: Recovery;
  readonly #roots: Roots;
  readonly #keeper: RootKeeper;
  readonly #legs: LegServices;
  readonly quotas: QuotaWatch;
  readonly storage: StorageWatch;
  readonly #health: HealthWatch;
  #stopped = false;
  /** What does not work as it should and will not mend itself, one sentence each. */
  readonly #degraded: string[] = [];

  constructor(parts: ControllerParts) {
    const { plan, clock, log, fatal } = parts;
    this.#parts = parts;
    this.startedAt = clock.now();
    this.#store = new Store(parts.stateDirectory);
    const unlessStopped = (what: string, cause: unknown) => {
      if (!this.#stopped) fatal(what, cause);
    };
    this.#state = new RackState(plan, this.#store, clock, log, unlessStopped);
    const store = this.#store;
    this.tenancy = new Tenancy(store, clock);
    this.care = new SlotCare({ store, state: this.#state, clock });
    this.care.onChange(() => this.power.kick());
    this.switches = new RackSwitches({
      plan,
      secrets: parts.secrets,
      portMaps: durablePortMaps(store.portMaps, store.commit, clock),
      journal: {
        get: (name) => Promise.resolve(store.vlanJournal.get(name)),
        put: (name, row) => store.commit.write(() => store.vlanJournal.put(name, row, clock.now())),
        remove: (name) => store.commit.write(() => store.vlanJournal.remove(name)),
      },
      ports: store.ports,
      dark: {
        hold: async (slots, reason) => {
          const problems = await this.power.hold(slots, reason);
          if (problems.size > 0) throw new Error([...problems.values()].join('; '));
        },
        release: (slots) => this.power.release(slots),
      },
      state: this.#state,
      clock,
      log,
      controllerMacs: () => ownMacs(plan),
      changed: () => this.power.kick(),
    });
    const mayPower = (slot: SlotNumber) => this.switches.mayPower(slot);
    this.power = new PowerJobs(plan, this.switches.drivers(), this.#state, clock, log, mayPower);
    this.#state.onUp(() => this.power.kick());
    this.history = new BootHistory(plan, this.#state, store.boots.cameUp(BOOTS_COMPARED));
    this.#recovery = new Recovery(
      plan,
      this.#state,
      this.power,
      clock,
      (slot) => this.care.maintenance(slot) !== undefined,
    );
    const key = this.#controllerKey();
    this.#roots = openRoots({
      plan,
      store,
      stateDirectory: parts.stateDirectory,
      imagesDirectory: parts.imagesDirectory,
      orderedDisk: (slot) => this.servers.orderedDisk(slot),
      log,
      clock,
      controllerKey: key?.publicKey,
    });
    const rootJobs: RootJobParts = {
      plan,
      state: this.#state,
      power: this.power,
      roots: this.#roots,
      table: store.roots,
      personal: (slot) => this.servers.personal(slot),
      show: (slot) => this.#legs.showTree(slot),
      controllerKey: key?.publicKey,
      clock,
      sweep: () => this.#keeper.sweepSoon(),
    };
    this.backups = new BackupJobs({
      plan,
      stateDirectory: parts.stateDirectory,
      store,
      images: this.#roots.images,
      tenantOf: (slot) => this.servers.of(slot)?.tenant,
      boardIn: (slot) => this.#state.get(slot).board,
      event: (slot, kind, text) => this.#state.event(slot, kind, text),
      clock,
      log,
    });
    const kinds = [
      reimageKind(rootJobs),
      undoKind(rootJobs),
      rescueKind(rootJobs),
      provisionKind(rootJobs),
      releaseKind(rootJobs),
      keysKind(rootJobs),
      rebootKind({ ...rootJobs, ask: key && ((board) => askBoard({ ...board, key: key.key, clock })) }),
      ...this.backups.kinds(rootJobs),
      powerKind({ plan, state: this.#state, power: this.power }),
    ];
    this.jobs = new JobRunner({
      table: store.jobs,
      write: (write) => store.commit.write(write),
      kinds,
      clock,
      log,
      places: JOB_PLACES,
      event: (slot, kind, text) => this.#state.event(slot === WHOLE_RACK ? undefined : slot, kind, text),
      moved: (move) => {
        this.servers.jobMoved(move);
        this.clientEvents.jobMoved(move);
      },
      fatal: unlessStopped,
    });
    const { tenancy, jobs } = this;
    const state = this.#state;
    this.clientEvents = new ClientEvents({
      state,
      clock,
      owner: (slot) => this.servers.of(slot),
      last: (kinds) => store.events.lastOf(kinds),
    });
    jobs.onChange((job) => this.clientEvents.jobSaid(job));
    this.servers = new Servers({
      plan,
      store,
      state,
      tenancy,
      jobs,
      clock,
      random: Math.random,
      fatal: unlessStopped,
    });
    this.serverTasks = new ServerTasks({ servers: this.servers, jobs, store, care: this.care });
    const { care, servers } = this;
    this.assignments = new Assignments({ servers, jobs, clock });
    this.groups = new JobGroups({ store, jobs, care, servers, clock });
    this.totals = new Totals({ state, jobs, kinds: kinds.map(({ name }) => name) });
    this.#keeper = new RootKeeper({ ...rootJobs, roots: this.#roots, state: this.#state, jobs: store.jobs, log });
    this.quotas = new QuotaWatch({ roots: this.#roots, table: store.roots, state: this.#state, clock });
    this.#legs = new LegServices({
      plan,
      stateDirectory: parts.stateDirectory,
      store,
      state,
      roots: this.#roots,
      clock,
      log,
    });
    const { stateDirectory, imagesDirectory } = parts;
    this.storage = new StorageWatch({
      plan,
      stateDirectory,
      imagesDirectory,
      server: () => this.#roots.server,
      table: store.roots,
      quotas: this.quotas,
      checks: new ImageChecks({
        images: () => readStoredImages(imagesDirectory),
        stateDirectory,
        days: plan.storage.verifyDays,
        run: runProgram,
        clock,
        log,
      }),
      state: this.#state,
      clock,
      log,
    });
    this.#health = new HealthWatch({
      slots: plan.slots.map(({ slot }) => slot),
      state,
      table: store.healthHistory,
      commit: store.healthCommit,
      reports: new BoardReports(rootsIn(plan.roots.directory)),
      root: ownRoot({ table: store.roots, quotas: this.quotas, servers }),
      poll: plan.power.poll,
      clock,
      log,
    });
    this.#watch = new BoardWatch(
      plan,
      this.#state,
      () => this.#legs.nfsClients(),
      (address, limit) => probeSsh(address, limit, clock),
      clock,
    );
  }

  /** Makes legs, servers and roots ready, in this order, and then lets power on. */
  async start(): Promise<void> {
    const { plan, log } = this.#parts;
    await this.#roots.images.load();
    this.#degraded.push(...this.#roots.images.troubles());
    const known = [...this.#store.slots.boards()].flatMap(([slot, board]) =>
      board.mac === undefined ? [] : [[slot, board.mac] as const],
    );
    const legs = await reconcileLegs({ plan, neighbours: new Map(known) });
    for (const warning of legs.warnings) log.warn(warning);
    log.info({ changes: legs.changes.length }, `legs are as planned, ${legs.changes.length} changes made`);

    await this.#legs.start();
    await this.#prepareRoots(this.#roots);
    this.#watch.start();
    // First: what was left half done on a switch is ended before its boards get power.
    this.switches.start();
    // Before power: what a job keeps dark stays so.
    await this.servers.start();
    await this.backups.start(this.jobs);
    await this.assignments.start();
    this.jobs.resume();
    this.#keeper.start();
    this.quotas.start();
    this.storage.start();
    this.#health.start();
    this.power.start();
    this.#recovery.start();
    this.#saveHealthForEver();
    log.info('serving');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // First: what is told to those who wait for the parts below is then no end of a job.
    this.jobs.stop();
    this.care.stop();
    this.backups.stop();
    this.#keeper.stop();
    this.quotas.stop();
    this.storage.stop();
    this.#health.stop();
    this.#recovery.stop();
    this.switches.stop();
    this.#watch.stop();
    this.power.stop();
    await this.#legs.stop();
    await this.#roots.stop();
    this.switches.close();
    this.#store.close();
  }

  get plan(): Plan {
    return this.#parts.plan;
  }

  get state(): RackState {
    return this.#state;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get store(): Store {
    return this.#store;
  }

  /** Parts that do not work as they should, one sentence each. */
  troubles(): readonly string[] {
    return [
      ...this.#degraded,
      ...this.#legs.troubles(),
      ...this.power.troubles(),
      ...this.switches.troubles(),
      ...this.#keeper.troubles(),
      ...this.quotas.troubles(),
      ...this.backups.troubles(),
      ...this.storage.troubles(),
    ];
  }

  /** Boards restart without it, by having their power cut. */
  #controllerKey(): ControllerKey | undefined {
    try {
      return openControllerKey(this.#parts.stateDirectory);
    } catch (cause) {
      this.#degraded.push(`boards cannot be asked to reboot: ${(cause as Error).message}`);
      return undefined;
    }
  }

  async #prepareRoots(roots: Roots): Promise<void> {
    const { log } = this.#parts;
    try {
      const { failed } = await roots.prepare((progress) => log.debug(progress, 'preparing roots'));
      for (const [slot, error] of failed) {
        const text = `slot ${slot} has no root file system: ${error.message}`;
        this.#degraded.push(text);
        this.#state.event(slot, 'no_root', text);
      }
    } catch (cause) {
      const text = `boards have no root file systems: ${(cause as Error).message}`;
      this.#degraded.push(text);
      this.#state.event(undefined, 'no_roots', text);
      log.error({ err: cause }, text);
    }
  }

  #saveHealthForEver(): void {
    if (this.#stopped) return;
    this.#state.saveHealth();
    this.#parts.clock.after(this.#parts.plan.power.poll, () => this.#saveHealthForEver());
  }
}
