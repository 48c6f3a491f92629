/** IPv6 on all legs: router advertisements and DHCPv6, on two sockets, with what their leases want of the kernel. */
import type { Logger } from 'pino';
import { ALL_ROUTERS, type Icmp6Options, type Icmp6Socket, openIcmp6 } from '../net/icmp6.ts';
import type { Interfaces } from '../net/interfaces.ts';
import type { Kernel6Routes } from '../net/kernel6.ts';
import { macOf } from '../net/own-macs.ts';
import { openUdp6, type Udp6Options, type Udp6Socket } from '../net/udp6.ts';
import type { Clock } from '../rack/clock.ts';
import type { Milestone } from '../rack/milestone.ts';
import type { Plan, SlotPlan } from '../rack/plan.ts';
import { parsePrefix } from '../rack/prefix.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { Ipv6, Mac } from '../wire/address.ts';
import { ipv6Bytes } from '../wire/ipv6-text.ts';
import {
  DEFAULT_SETTINGS6,
  Dhcpv6Server,
  type Leases6,
  type Leg6,
  type Observation6,
  serverDuid,
  settings6Of,
} from './dhcpv6/index.ts';
import { FirmwareNeighbours } from './firmware-neighbours.ts';
import { type RaLeg, RaServer } from './ra/index.ts';
import type { TftpLeg } from './tftp/client.ts';

/** The network as this needs it; the kernel's where nothing else is given. */
export interface Ipv6Network {
  openUdp6(options: Udp6Options): Udp6Socket;
  openIcmp6(options: Icmp6Options): Icmp6Socket;
  macOf(ifname: string): Mac | undefined;
}

export interface Ipv6ServiceParts {
  readonly plan: Plan;
  readonly network?: Ipv6Network;
  readonly interfaces: Pick<Interfaces, 'name' | 'index'>;
  readonly leases: Leases6;
  /** Prefixes that were delegated before and are held still: their routes are made again. */
  readonly held: readonly { readonly slot: SlotNumber; readonly lease: string; readonly via: Ipv6 }[];
  readonly kernel: Pick<Kernel6Routes, 'setRoute' | 'deleteRoute' | 'setNeighbour' | 'deleteNeighbour'>;
  readonly observe: (slot: SlotNumber, observation: Observation6) => void;
  readonly milestone: (slot: SlotNumber, milestone: Milestone, detail: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

export interface Ipv6Service {
  readonly dhcp: Dhcpv6Server;
  /** Undefined where another router advertises itself. */
  readonly advertisements: RaServer | undefined;
  /** A board's MAC was heard by IPv4. */
  heard(slot: SlotNumber, mac: Mac): void;
  /** Says goodbye and closes the sockets. */
  stop(): void;
}

const KERNEL: Ipv6Network = { openUdp6, openIcmp6, macOf };
const SERVER_PORT = 547;
/** Room for what the firewall lets all legs send at once. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** ff02::1:2, All_DHCP_Relay_Agents_and_Servers (RFC 8415 §7.1). */
const ALL_DHCP_SERVERS = ipv6Bytes('ff02::1:2');
/** Half an hour: three times the longest interval between two advertisements (RFC 4861 §6.2.1). */
const ROUTER_LIFETIME = 1800;

export function startIpv6(parts: Ipv6ServiceParts): Ipv6Service {
  const { plan, log } = parts;
  const network = parts.network ?? KERNEL;
  const dhcpSocket = network.openUdp6({ port: SERVER_PORT, receiveBufferBytes: RECEIVE_BUFFER_BYTES });
  const neighbours = new FirmwareNeighbours(parts.kernel, parts.clock);
  const dhcp = startDhcp(parts, dhcpSocket, neighbours);
  let raSocket: Icmp6Socket | undefined;
  let advertisements: RaServer | undefined;
  if (plan.ipv6.gateway === 'pirack') {
    raSocket = network.openIcmp6({ receiveBufferBytes: RECEIVE_BUFFER_BYTES });
    advertisements = startAdvertisements(parts, raSocket, network);
  }
  restoreRoutes(parts);
  log.info({ gateway: plan.ipv6.gateway }, 'DHCPv6 and router advertisements are served');
  return {
    dhcp,
    advertisements,
    heard(slot, mac) {
      neighbours
        .heard(slot, mac)
        .catch((cause: unknown) =>
          log.error({ err: cause, slot }, 'the neighbour entries of a board that is gone stay'),
        );
    },
    stop() {
      advertisements?.close();
      dhcp.close();
      raSocket?.close();
      dhcpSocket.close();
    },
  };
}

function startDhcp(parts: Ipv6ServiceParts, socket: Udp6Socket, neighbours: FirmwareNeighbours): Dhcpv6Server {
  const { plan, interfaces, kernel } = parts;
  const legs = new Map(plan.slots.map((slot) => [slot.leg, leg6Of(plan, slot)]));
  joinAll(parts, socket, ALL_DHCP_SERVERS);
  return new Dhcpv6Server({
    socket,
    legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
    server: serverDuid(plan.rack),
    leases: parts.leases,
    kernel: {
      route: async (leg, via) => {
        if (leg.routed === undefined) return;
        const prefix = `${leg.routed.prefix}/${leg.routed.length}`;
        await (via === undefined
          ? kernel.deleteRoute(leg.interface, prefix)
          : kernel.setRoute(leg.interface, prefix, via));
      },
      firmware: (leg, linkLocal, begins) => neighbours.set(leg, linkLocal, begins),
      system: (leg) => neighbours.forget(leg.slot),
    },
    observe: parts.observe,
    milestone: parts.milestone,
    clock: parts.clock,
    log: parts.log,
    settings: settings6Of(plan),
  });
}

function startAdvertisements(parts: Ipv6ServiceParts, socket: Icmp6Socket, network: Ipv6Network): RaServer {
  const { plan, interfaces, clock, random, log } = parts;
  const { preferred, valid } = DEFAULT_SETTINGS6;
  joinAll(parts, socket, ALL_ROUTERS);
  const server = new RaServer({
    socket,
    ifindex: (leg) => interfaces.index(leg.interface),
    settings: { routerLifetime: ROUTER_LIFETIME, preferred, valid },
    clock,
    random,
    log,
  });
  server.setLegs(plan.slots.map((slot) => raLegOf(plan, slot, network.macOf(slot.leg))));
  return server;
}

function joinAll(
  { plan, interfaces, log }: Ipv6ServiceParts,
  socket: Pick<Udp6Socket, 'join'>,
  group: Uint8Array,
): void {
  for (const { leg } of plan.slots) {
    const ifindex = interfaces.index(leg);
    try {
      if (ifindex !== undefined) socket.join(ifindex, group);
    } catch (cause) {
      log.error({ err: cause, leg }, `${leg} cannot take part in a multicast group: its board gets no answers by IPv6`);
    }
  }
}

/** A lease outlives the controller, the route in the kernel may not have. */
function restoreRoutes({ plan, held, kernel, log }: Ipv6ServiceParts): void {
  const slots = new Map(plan.slots.map((slot) => [slot.slot, slot]));
  for (const { slot, lease, via } of held) {
    const found = slots.get(slot);
    if (found === undefined || found.routed !== lease) continue;
    kernel
      .setRoute(found.leg, lease, via)
      .catch((cause: unknown) => log.error({ err: cause, slot }, `the route to ${lease} could not be made again`));
  }
}

/** As TFTP knows it. */
export function tftpLegOf(plan: Plan, { slot, ipv4, ipv6, netboot }: SlotPlan, ifindex: number): TftpLeg {
  const leg = { ifindex, slot, controller: ipv4.controller, board: ipv4.board };
  if (netboot !== 'ipv6') return leg;
  const { mtu } = plan.ipv6;
  return { ...leg, ipv6: { controller: ipv6.controller, ...(mtu === undefined ? {} : { mtu }) } };
}

export function leg6Of(plan: Plan, slot: SlotPlan): Leg6 {
  const routed = slot.routed === undefined ? undefined : parsePrefix(slot.routed, 6);
  return {
    slot: slot.slot,
    interface: slot.leg,
    board: slot.ipv6.board,
    routed: routed && { prefix: routed.text.replace(/\/\d+$/, '') as Ipv6, length: routed.length },
    dnsServers: plan.ipv6.dns,
    searchDomains: plan.zone === '' ? [] : [plan.zone],
    bootServer: slot.netboot === 'ipv6' ? slot.ipv6.controller : undefined,
  };
}

export function raLegOf({ ipv6, zone }: Plan, slot: SlotPlan, mac: Mac | undefined): RaLeg {
  return {
    slot: slot.slot,
    interface: slot.leg,
    mac,
    prefix: slot.ipv6.network.replace(/\/\d+$/, '') as Ipv6,
    autonomous: ipv6.autonomous,
    mtu: ipv6.mtu,
    dnsServers: ipv6.dns,
    searchDomains: zone === '' ? [] : [zone],
    nat64: ipv6.nat64,
    solicited: slot.netboot === 'ipv6' ? 'all-nodes' : 'host',
  };
}
