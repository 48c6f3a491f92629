/** The real servers on the virtual host, wired as the controller wires them. */
import { pino } from 'pino';
import { BootTrees } from '../../../src/jobs/boot-trees.ts';
import { takeObservation } from '../../../src/jobs/dhcp-sightings.ts';
import type { RackState } from '../../../src/jobs/rack-state.ts';
import { takeTftpEvents } from '../../../src/jobs/tftp-sightings.ts';
import { Dhcpv4Server, type Lease, legOf, settingsOf } from '../../../src/netboot/dhcpv4/index.ts';
import type { Lease6 } from '../../../src/netboot/dhcpv6/index.ts';
import { type Ipv6Service, startIpv6, tftpLegOf } from '../../../src/netboot/ipv6-service.ts';
import { TftpEngine } from '../../../src/netboot/tftp/engine.ts';
import { EventQueue } from '../../../src/netboot/tftp/event-queue.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import type { Image } from '../../../src/roots/images.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import type { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { RowBatch } from '../../../src/store/row-batch.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { MemoryFiles } from './memory-files.ts';
import { ifindexOf, type Network } from './network.ts';
import type { Trace } from './trace.ts';

export interface Servers {
  readonly dhcp: Dhcpv4Server;
  readonly ipv6: Ipv6Service;
  readonly tftp: TftpEngine;
  readonly files: MemoryFiles;
  readonly events: EventQueue;
  stop(): void;
}

export interface ServerParts {
  readonly plan: Plan;
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly network: Network;
  readonly trace: Trace;
  readonly state: RackState;
  readonly store: Store;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const log = pino({ level: 'silent' });
const LINES = 4;
const DIRECTORY = '/nonexistent/image';

export function startServers(parts: ServerParts): Servers {
  const { plan, clock, network, state } = parts;
  const { host } = network;
  const files = new MemoryFiles(parts.files);
  const sightings = {
    state,
    firstRequest: (slot: Parameters<Dhcpv4Server['firstRequest']>[0]) => dhcp.firstRequest(slot),
    learned: (slot: Parameters<BootTrees['refresh']>[0]) => trees.refresh(slot),
    crashed: () => undefined,
  };
  const events = new EventQueue(clock, (batch) => takeTftpEvents(batch, sightings));
  const tftp = new TftpEngine({
    listen: host.openUdp4(69),
    lines: Array.from({ length: LINES }, () => host.openUdp4(0)),
    files,
    clock,
    emit: (event) => events.push(event),
  });
  tftp.setLegs(plan.slots.map((slot) => tftpLegOf(plan, slot, ifindexOf(slot.slot))));
  const images = plan.images.map((planned) => ({ planned, image: imageOf(planned.name) }));
  const trees = new BootTrees({
    plan,
    images: { all: () => images },
    smaller: new Map(),
    boot: ({ slot, image }) => {
      const known = images.find(({ planned }) => planned.name === image);
      return known && { known, rootPath: `/srv/roots/${slot}`, nfs: '3' };
    },
    board: (slot) => state.get(slot).board,
    show: (tree) => tftp.setTree(tree),
  });
  trees.showAll();
  const dhcp = startDhcp(parts, trees);
  const ipv6 = startIpv6Service(parts);
  return {
    dhcp,
    ipv6,
    tftp,
    files,
    events,
    stop() {
      ipv6.stop();
      dhcp.close();
      tftp.close();
    },
  };
}

function startDhcp({ plan, clock, network, trace, state, store }: ServerParts, trees: BootTrees): Dhcpv4Server {
  const { host } = network;
  const legs = new Map(plan.slots.map((slot) => [slot.leg, legOf(plan, slot)]));
  return new Dhcpv4Server({
    socket: host.openUdp4(67),
    legs: (ifindex) => legs.get(host.name(ifindex) ?? ''),
    leases: new RowBatch<Lease>(store.commit, (lease) => store.leases.save(lease)),
    neighbours: {
      set: (leg, address, mac: Mac) => {
        host.setPermanentNeighbour4(leg.interface, address, mac);
        trace.neighbour(leg.slot, mac);
      },
    },
    observe: (slot, observation) =>
      takeObservation(slot, observation, { state, heard: (at, kind) => trees.heard(at, kind) }),
    milestone: (slot, milestone, detail) => state.saw(slot, milestone, detail),
    clock,
    log,
    settings: settingsOf(plan),
  });
}

function startIpv6Service({ plan, clock, seed, network, trace, state, store }: ServerParts): Ipv6Service {
  const { host } = network;
  const macs = new Map(host.interfaces.map(({ name, mac }) => [name, mac]));
  return startIpv6({
    plan,
    network: {
      openUdp6: ({ port }) => host.openUdp6(port),
      openIcmp6: () => host.openIcmp6(),
      macOf: (name) => macs.get(name),
    },
    interfaces: host,
    leases: new RowBatch<Lease6>(store.commit, (lease) => store.leases6.save(lease)),
    held: [],
    kernel: {
      setRoute: async (leg, prefix, via) => trace.say(leg, `route ${prefix} via ${via}`),
      deleteRoute: async (leg, prefix) => trace.say(leg, `no route ${prefix}`),
      setNeighbour: async (leg, address, mac) => trace.say(leg, `neighbour ${address} ${mac}`),
      deleteNeighbour: async (leg, address) => trace.say(leg, `no neighbour ${address}`),
    },
    observe: () => undefined,
    milestone: (slot, milestone, detail) => state.saw(slot, milestone, detail),
    clock,
    random: seededRandom(seed),
    log,
  });
}

function imageOf(name: string): Image {
  return {
    name,
    version: '1',
    id: `${name}@1`,
    created: '2026-01-01T00:00:00Z',
    arch: 'arm64',
    directory: DIRECTORY,
    root: `${DIRECTORY}/root`,
    boot: { directory: `${DIRECTORY}/boot`, kernel: 'kernel8.img', initramfs: undefined, cmdline: '' },
  };
}
