import { join } from 'node:path';
import type { Logger } from 'pino';
import { probeSsh } from './health/ssh-probe.ts';
import { BootHistory } from './jobs/boot-history.ts';
import { BootTrees } from './jobs/boot-trees.ts';
import { ClientEvents } from './jobs/client-events.ts';
import { takeObservation } from './jobs/dhcp-sightings.ts';
import { noteNetboot, takeObservation6 } from './jobs/dhcp6-sightings.ts';
import { JobRunner } from './jobs/durable/runner.ts';
import { FullLegs } from './jobs/full-legs.ts';
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
import { Servers } from './jobs/servers.ts';
import { Tenancy } from './jobs/tenancy.ts';
import { takeTftpEvents } from './jobs/tftp-sightings.ts';
import { BoardWatch } from './jobs/watch.ts';
import { arpFirewallFor, Firewall, type FirewallPorts, firewallFor } from './net/firewall/index.ts';
import { Interfaces } from './net/interfaces.ts';
import { Kernel6Routes } from './net/kernel6.ts';
import { reconcileLegs } from './net/legs/reconcile.ts';
import { setPermanentNeighbour4 } from './net/neighbour.ts';
import { ownMacs } from './net/own-macs.ts';
import { openUdp4, type UdpSocket } from './net/udp.ts';
import { Dhcpv4Server, type Lease, type Leg, legOf, settingsOf } from './netboot/dhcpv4/index.ts';
import type { Lease6 } from './netboot/dhcpv6/index.ts';
import { removeFirmwareNeighbours } from './netboot/firmware-neighbours.ts';
import { type Ipv6Service, startIpv6, tftpLegOf } from './netboot/ipv6-service.ts';
import { startTftp, type TftpServer } from './netboot/tftp/client.ts';
import type { Clock } from './rack/clock.ts';
import { BOOTS_COMPARED } from './rack/neighbours.ts';
import type { Plan, SlotPlan } from './rack/plan.ts';
import { type Millis, type SlotNumber, seconds } from './rack/units.ts';
import { type Payload, preparePayload } from './roots/boot-payload.ts';
import { connectionsIn, nfsClientsIn, readTcpLines } from './roots/connections.ts';
import { openRoots, type Roots } from './roots/index.ts';
import { durablePortMaps } from './store/port-maps.ts';
import { RowBatch } from './store/row-batch.ts';
import { Store } from './store/store.ts';
import type { SecretReader } from './switches/snmp/secrets.ts';
import type { Mac } from './wire/address.ts';

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

const DHCP_SERVER_PORT = 67;
/** Room for what the firewall lets all legs send at once. */
const RECEIVE_BUFFER_BYTES = 16 << 20;
const PROBE_LIMIT = seconds(3);
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
  readonly jobs: JobRunner;
  readonly clientEvents: ClientEvents;
  readonly history: BootHistory;
  readonly #store: Store;
  readonly #state: RackState;
  readonly #watch: BoardWatch;
  readonly #recovery: Recovery;
  #interfaces: Interfaces | undefined;
  #dhcpSocket: UdpSocket | undefined;
  #dhcp: Dhcpv4Server | undefined;
  #firewall: Firewall | undefined;
  #ipv6: Ipv6Service | undefined;
  #tftp: TftpServer | undefined;
  readonly #roots: Roots;
  readonly #keeper: RootKeeper;
  readonly quotas: QuotaWatch;
  #trees: BootTrees | undefined;
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
    this.#recovery = new Recovery(plan, this.#state, this.power, clock);
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
      show: (slot) => this.#showTree(slot),
      controllerKey: key?.publicKey,
      clock,
      sweep: () => this.#keeper.sweepSoon(),
    };
    this.jobs = new JobRunner({
      table: store.jobs,
      write: (write) => store.commit.write(write),
      kinds: [
        reimageKind(rootJobs),
        undoKind(rootJobs),
        rescueKind(rootJobs),
        provisionKind(rootJobs),
        releaseKind(rootJobs),
        keysKind(rootJobs),
        rebootKind({ ...rootJobs, ask: key && ((board) => askBoard({ ...board, key: key.key, clock })) }),
      ],
      clock,
      log,
      places: JOB_PLACES,
      event: (slot, kind, text) => this.#state.event(slot, kind, text),
      moved: (move) => this.clientEvents.jobMoved(move),
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
    this.#keeper = new RootKeeper({ ...rootJobs, roots: this.#roots, state: this.#state, jobs: store.jobs, log });
    this.quotas = new QuotaWatch({ roots: this.#roots, table: store.roots, state: this.#state, clock });
    const fullLegs = new FullLegs({
      plan,
      hold: async (legs, holdSeconds) => await this.#firewall?.holdFull(legs, holdSeconds),
      event: (...event) => this.#state.event(...event),
      failed: (cause) => log.error({ err: cause }, 'legs with too many connections cannot be held'),
      now: () => clock.monotonic() / 1000,
    });
    const nfsClients = async () => {
      const lines = await readTcpLines();
      await fullLegs.saw(connectionsIn(lines));
      return nfsClientsIn(lines);
    };
    this.#watch = new BoardWatch(
      plan,
      this.#state,
      nfsClients,
      (address) => probeSsh(address, PROBE_LIMIT, clock),
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

    const images = new Map(
      this.#roots.images.all().flatMap(({ image, planned }) => (planned ? [[planned.name, image] as const] : [])),
    );
    const payload = await preparePayload(plan.images, images, join(this.#parts.stateDirectory, 'boot-payload'));
    this.#degraded.push(...payload.troubles);
    await this.#startTftp(payload);
    await this.#startFirewall();
    this.#startDhcp();
    await this.#startIpv6();
    await this.#prepareRoots(this.#roots);
    this.#watch.start();
    // First: what was left half done on a switch is ended before its boards get power.
    this.switches.start();
    // Before power: what a job keeps dark stays so.
    await this.servers.start();
    this.jobs.resume();
    this.#keeper.start();
    this.quotas.start();
    this.power.start();
    this.#recovery.start();
    this.#saveHealthForEver();
    log.info('serving');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.jobs.stop();
    this.#keeper.stop();
    this.quotas.stop();
    this.#recovery.stop();
    this.switches.stop();
    this.#watch.stop();
    this.power.stop();
    this.#firewall?.stop();
    this.#ipv6?.stop();
    this.#dhcp?.close();
    this.#dhcpSocket?.close();
    await this.#tftp?.stop();
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
      ...(this.#firewall?.trouble === undefined ? [] : [this.#firewall.trouble]),
      ...this.power.troubles(),
      ...this.switches.troubles(),
      ...this.#keeper.troubles(),
      ...this.quotas.troubles(),
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

  /** What the board's rows say, in the server's memory before the board asks. */
  async #showTree(slot: SlotPlan): Promise<void> {
    const boot = this.#roots.bootOf(slot);
    if (boot !== undefined) await this.#tftp?.warm(boot.known.image.boot.directory);
    this.#trees?.refresh(slot.slot);
  }

  async #startTftp(payload: Payload): Promise<void> {
    const { plan, log, clock } = this.#parts;
    const { images } = this.#roots;
    const interfaces = new Interfaces();
    this.#interfaces = interfaces;
    // Simulated boards read raw frames of a veth, where a segmented window would arrive as one giant frame.
    const ipv6 = plan.slots.some((slot) => slot.netboot === 'ipv6');
    const tftp = await startTftp({ log, clock, ipv6, segmentation: plan.kind === 'real' });
    this.#tftp = tftp;
    if (tftp.ipv6 !== undefined && 'failed' in tftp.ipv6) {
      const text = `boards cannot boot over IPv6: ${tftp.ipv6.failed}`;
      this.#degraded.push(text);
      this.#state.event(undefined, 'no_tftp6', text);
    }
    tftp.setLegs(
      plan.slots.flatMap((slot) => {
        const ifindex = interfaces.index(slot.leg);
        return ifindex === undefined ? [] : [tftpLegOf(plan, slot, ifindex)];
      }),
    );
    this.#trees = new BootTrees({
      plan,
      images,
      smaller: payload.smaller,
      boot: (slot) => this.#roots.bootOf(slot),
      board: (slot) => this.#state.get(slot).board,
      show: (tree) => tftp.setTree(tree),
    });
    this.#trees.showAll();
    await Promise.all(images.all().map(({ image }) => tftp.warm(image.boot.directory)));
    await Promise.all([...payload.smaller.values()].map((directory) => tftp.warm(directory)));
    tftp.onEvent((events) =>
      takeTftpEvents(events, {
        state: this.#state,
        firstRequest: (slot) => this.#dhcp?.firstRequest(slot),
        learned: (slot) => this.#trees?.refresh(slot),
        crashed: (reason) => this.#state.event(undefined, 'tftp_crashed', reason),
      }),
    );
  }

  #startDhcp(): void {
    const { plan, clock, log } = this.#parts;
    const legs = new Map<string, Leg>(plan.slots.map((slot) => [slot.leg, legOf(plan, slot)]));
    const interfaces = this.#interfaces as Interfaces;
    this.#dhcpSocket = openUdp4({
      port: DHCP_SERVER_PORT,
      broadcast: true,
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    });
    this.#dhcp = new Dhcpv4Server({
      socket: this.#dhcpSocket,
      legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
      leases: new RowBatch<Lease>(this.#store.commit, (lease) => this.#store.leases.save(lease)),
      neighbours: {
        set: (leg, address, mac: Mac) => {
          setPermanentNeighbour4(leg.interface, address, mac);
          this.#ipv6?.heard(leg.slot, mac);
        },
      },
      observe: (slot, observation) => {
        takeObservation(slot, observation, { state: this.#state, heard: (at, kind) => this.#trees?.heard(at, kind) });
        noteNetboot(plan, this.#state, slot, { protocol: 'ipv4', kind: observation.kind });
      },
      milestone: (slot, milestone, detail) => this.#state.saw(slot, milestone, detail),
      clock,
      log,
      settings: settingsOf(plan),
    });
  }

  async #startFirewall(): Promise<void> {
    const { plan, clock, log } = this.#parts;
    const firewall = new Firewall({
      specs: [firewallFor(plan, { ...tftpPorts(this.#tftp), macs: [...ownMacs(plan)] }), arpFirewallFor(plan)],
      clock,
      log,
      changed: (text) => this.#state.event(undefined, 'firewall_changed', text),
    });
    try {
      await firewall.start();
      this.#firewall = firewall;
    } catch (cause) {
      // The servers check every packet themselves: what is missing is a second wall, which is to be said.
      const text = `the legs have no firewall rules: ${(cause as Error).message}`;
      this.#degraded.push(text);
      this.#state.event(undefined, 'no_firewall', text);
    }
  }

  async #startIpv6(): Promise<void> {
    const { plan, clock, log } = this.#parts;
    const kernel = new Kernel6Routes();
    try {
      await removeFirmwareNeighbours(
        plan.slots.map((slot) => slot.leg),
        kernel,
      );
      this.#ipv6 = startIpv6({
        plan,
        interfaces: this.#interfaces as Interfaces,
        leases: new RowBatch<Lease6>(this.#store.commit, (lease) => this.#store.leases6.save(lease)),
        held: this.#store.leases6.heldPrefixes(clock.now()),
        kernel,
        observe: (slot, observation) => {
          takeObservation6(slot, observation, {
            state: this.#state,
            heard: (at, kind) => this.#trees?.heard(at, kind),
          });
          noteNetboot(plan, this.#state, slot, { protocol: 'ipv6', kind: observation.kind });
        },
        milestone: (slot, milestone, detail) => this.#state.saw(slot, milestone, detail),
        clock,
        random: Math.random,
        log,
      });
    } catch (cause) {
      // IPv4 boots the boards; without IPv6 they are up and cannot be reached, which is to be said and not to stop them.
      const text = `boards get no IPv6: ${(cause as Error).message}`;
      this.#degraded.push(text);
      this.#state.event(undefined, 'no_ipv6', text);
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

function tftpPorts(tftp: TftpServer | undefined): Pick<FirewallPorts, 'tftp' | 'tftp6'> {
  const ipv6 = tftp?.ipv6;
  return { tftp: tftp?.linePorts ?? [], tftp6: ipv6 === undefined || 'failed' in ipv6 ? [] : ipv6.linePorts };
}
