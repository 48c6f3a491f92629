import { join } from 'node:path';
import type { Logger } from 'pino';
import { arpFirewallFor, Firewall, type FirewallPorts, firewallFor } from '../net/firewall/index.ts';
import { Interfaces } from '../net/interfaces.ts';
import { Kernel6Routes } from '../net/kernel6.ts';
import { setPermanentNeighbour4 } from '../net/neighbour.ts';
import { ownMacs } from '../net/own-macs.ts';
import { openUdp4, type UdpSocket } from '../net/udp.ts';
import { Dhcpv4Server, type Lease, type Leg, legOf, settingsOf } from '../netboot/dhcpv4/index.ts';
import type { Lease6 } from '../netboot/dhcpv6/index.ts';
import { removeFirmwareNeighbours } from '../netboot/firmware-neighbours.ts';
import { type Ipv6Service, startIpv6, tftpLegOf } from '../netboot/ipv6-service.ts';
import { startTftp, type TftpServer } from '../netboot/tftp/client.ts';
import type { Clock } from '../rack/clock.ts';
import type { Plan, SlotPlan } from '../rack/plan.ts';
import { type Payload, preparePayload } from '../roots/boot-payload.ts';
import { connectionsIn, nfsClientsIn, readTcpLines } from '../roots/connections.ts';
import type { Roots } from '../roots/index.ts';
import { RowBatch } from '../store/row-batch.ts';
import type { Store } from '../store/store.ts';
import type { Ipv4, Mac } from '../wire/address.ts';
import { BootTrees } from './boot-trees.ts';
import { takeObservation } from './dhcp-sightings.ts';
import { noteNetboot, takeObservation6 } from './dhcp6-sightings.ts';
import { FullLegs } from './full-legs.ts';
import type { RackState } from './rack-state.ts';
import { takeTftpEvents } from './tftp-sightings.ts';

export interface LegServicesParts {
  readonly plan: Plan;
  readonly stateDirectory: string;
  readonly store: Store;
  readonly state: RackState;
  readonly roots: Roots;
  readonly clock: Clock;
  readonly log: Logger;
}

const DHCP_SERVER_PORT = 67;
/** Room for what the firewall lets all legs send at once. */
const RECEIVE_BUFFER_BYTES = 16 << 20;

/** Everything that answers a board on its leg: TFTP, the firewall, DHCPv4, and IPv6 with its router advertisements. */
export class LegServices {
  readonly #parts: LegServicesParts;
  readonly #interfaces = new Interfaces();
  readonly #fullLegs: FullLegs;
  /** What does not work as it should and will not mend itself, one sentence each. */
  readonly #degraded: string[] = [];
  #dhcpSocket: UdpSocket | undefined;
  #dhcp: Dhcpv4Server | undefined;
  #firewall: Firewall | undefined;
  #ipv6: Ipv6Service | undefined;
  #tftp: TftpServer | undefined;
  #trees: BootTrees | undefined;

  constructor(parts: LegServicesParts) {
    const { plan, state, clock, log } = parts;
    this.#parts = parts;
    this.#fullLegs = new FullLegs({
      plan,
      hold: async (legs, holdSeconds) => await this.#firewall?.holdFull(legs, holdSeconds),
      event: (...event) => state.event(...event),
      failed: (cause) => log.error({ err: cause }, 'legs with too many connections cannot be held'),
      now: () => clock.monotonic() / 1000,
    });
  }

  /** Once the legs are there. Files and rules first: a board that is answered asks on at once. */
  async start(): Promise<void> {
    const { plan, roots, stateDirectory } = this.#parts;
    const images = new Map(
      roots.images.all().flatMap(({ image, planned }) => (planned ? [[planned.name, image] as const] : [])),
    );
    const payload = await preparePayload(plan.images, images, join(stateDirectory, 'boot-payload'));
    this.#degraded.push(...payload.troubles);
    await this.#startTftp(payload);
    await this.#startFirewall();
    this.#startDhcp();
    await this.#startIpv6();
  }

  async stop(): Promise<void> {
    this.#firewall?.stop();
    this.#ipv6?.stop();
    this.#dhcp?.close();
    this.#dhcpSocket?.close();
    await this.#tftp?.stop();
  }

  /** Parts that do not work as they should, one sentence each. */
  troubles(): readonly string[] {
    const firewall = this.#firewall?.trouble;
    return [...this.#degraded, ...(firewall === undefined ? [] : [firewall])];
  }

  /** Established connections to the NFS server: each address with the ports it connects from. */
  async nfsClients(): Promise<Map<Ipv4, number[]>> {
    const lines = await readTcpLines();
    await this.#fullLegs.saw(connectionsIn(lines));
    return nfsClientsIn(lines);
  }

  /** What the board's rows say, in the server's memory before the board asks. */
  async showTree(slot: SlotPlan): Promise<void> {
    const boot = this.#parts.roots.bootOf(slot);
    if (boot !== undefined) await this.#tftp?.warm(boot.known.image.boot.directory);
    this.#trees?.refresh(slot.slot);
  }

  async #startTftp(payload: Payload): Promise<void> {
    const { plan, log, clock } = this.#parts;
    const { images } = this.#parts.roots;
    const interfaces = this.#interfaces;
    // Simulated boards read raw frames of a veth, where a segmented window would arrive as one giant frame.
    const ipv6 = plan.slots.some((slot) => slot.netboot === 'ipv6');
    const tftp = await startTftp({ log, clock, ipv6, segmentation: plan.kind === 'real' });
    this.#tftp = tftp;
    if (tftp.ipv6 !== undefined && 'failed' in tftp.ipv6) {
      const text = `boards cannot boot over IPv6: ${tftp.ipv6.failed}`;
      this.#degraded.push(text);
      this.#parts.state.event(undefined, 'no_tftp6', text);
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
      boot: (slot) => this.#parts.roots.bootOf(slot),
      board: (slot) => this.#parts.state.get(slot).board,
      show: (tree) => tftp.setTree(tree),
    });
    this.#trees.showAll();
    await Promise.all(images.all().map(({ image }) => tftp.warm(image.boot.directory)));
    await Promise.all([...payload.smaller.values()].map((directory) => tftp.warm(directory)));
    tftp.onEvent((events) =>
      takeTftpEvents(events, {
        state: this.#parts.state,
        firstRequest: (slot) => this.#dhcp?.firstRequest(slot),
        learned: (slot) => this.#trees?.refresh(slot),
        crashed: (reason) => this.#parts.state.event(undefined, 'tftp_crashed', reason),
      }),
    );
  }

  #startDhcp(): void {
    const { plan, clock, log } = this.#parts;
    const legs = new Map<string, Leg>(plan.slots.map((slot) => [slot.leg, legOf(plan, slot)]));
    this.#dhcpSocket = openUdp4({
      port: DHCP_SERVER_PORT,
      broadcast: true,
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    });
    this.#dhcp = new Dhcpv4Server({
      socket: this.#dhcpSocket,
      legs: (ifindex) => legs.get(this.#interfaces.name(ifindex) ?? ''),
      leases: new RowBatch<Lease>(this.#parts.store.commit, (lease) => this.#parts.store.leases.save(lease)),
      neighbours: {
        set: (leg, address, mac: Mac) => {
          setPermanentNeighbour4(leg.interface, address, mac);
          this.#ipv6?.heard(leg.slot, mac);
        },
      },
      observe: (slot, observation) => {
        takeObservation(slot, observation, {
          state: this.#parts.state,
          heard: (at, kind) => this.#trees?.heard(at, kind),
        });
        noteNetboot(plan, this.#parts.state, slot, { protocol: 'ipv4', kind: observation.kind });
      },
      milestone: (slot, milestone, detail) => this.#parts.state.saw(slot, milestone, detail),
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
      changed: (text) => this.#parts.state.event(undefined, 'firewall_changed', text),
    });
    try {
      await firewall.start();
      this.#firewall = firewall;
    } catch (cause) {
      // The servers check every packet themselves: what is missing is a second wall, which is to be said.
      const text = `the legs have no firewall rules: ${(cause as Error).message}`;
      this.#degraded.push(text);
      this.#parts.state.event(undefined, 'no_firewall', text);
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
        interfaces: this.#interfaces,
        leases: new RowBatch<Lease6>(this.#parts.store.commit, (lease) => this.#parts.store.leases6.save(lease)),
        held: this.#parts.store.leases6.heldPrefixes(clock.now()),
        kernel,
        observe: (slot, observation) => {
          takeObservation6(slot, observation, {
            state: this.#parts.state,
            heard: (at, kind) => this.#trees?.heard(at, kind),
          });
          noteNetboot(plan, this.#parts.state, slot, { protocol: 'ipv6', kind: observation.kind });
        },
        milestone: (slot, milestone, detail) => this.#parts.state.saw(slot, milestone, detail),
        clock,
        random: Math.random,
        log,
      });
    } catch (cause) {
      // IPv4 boots the boards; without IPv6 they are up and cannot be reached, which is to be said and not to stop them.
      const text = `boards get no IPv6: ${(cause as Error).message}`;
      this.#degraded.push(text);
      this.#parts.state.event(undefined, 'no_ipv6', text);
    }
  }
}

function tftpPorts(tftp: TftpServer | undefined): Pick<FirewallPorts, 'tftp' | 'tftp6'> {
  const ipv6 = tftp?.ipv6;
  return { tftp: tftp?.linePorts ?? [], tftp6: ipv6 === undefined || 'failed' in ipv6 ? [] : ipv6.linePorts };
}
