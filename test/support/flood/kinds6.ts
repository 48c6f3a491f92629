/** What a hostile board sends by IPv6, one frame a call. */
import { type Mac, macToBytes } from '../../../src/wire/address.ts';
import {
  duidBytes,
  duidUuid,
  encodeDhcpv6,
  iaNaOption,
  iaPdOption,
  MessageType6,
  Option6,
} from '../../../src/wire/dhcpv6/index.ts';
import { encodeRouterSolicitation, ICMPV6_OPTION, ICMPV6_TYPE } from '../../../src/wire/icmpv6/index.ts';
import { groupMac, ICMPV6, ipv6Fragment, ipv6Frame, solicitedNode, TCP, UDP, udp } from './ipv6.ts';
import { anyLinkLocal, below, type HostileLeg, neighbourOf, noise, oneOf } from './leg.ts';
import { spoilt } from './spoilt.ts';

type Kind = (leg: HostileLeg, source: Mac) => Uint8Array;

const ALL_ROUTERS = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const DHCP_SERVERS = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2);

/** A new client at a new link-local address each time, that wants an address and a prefix at once. */
const dhcp6: Kind = (_leg, source) => {
  const ia = { iaid: below(2 ** 32), t1: 0, t2: 0, leases: [] };
  const options = [
    { code: Option6.clientId, value: duidBytes(duidUuid(noise(16))) },
    iaNaOption(ia),
    iaPdOption(ia),
    ...(below(2) === 0 ? [{ code: Option6.rapidCommit, value: noise(0) }] : []),
    ...(below(4) === 0 ? [{ code: 1000 + below(60_000), value: noise(below(900)) }] : []),
  ];
  const type = oneOf([MessageType6.solicit, MessageType6.request, MessageType6.renew, MessageType6.informationRequest]);
  const message = udp(546, 547, encodeDhcpv6({ type, transactionId: below(2 ** 24), options }));
  return ipv6Frame(toGroup(source, anyLinkLocal(), DHCP_SERVERS), UDP, message, 6);
};

const solicitation: Kind = (_leg, source) => {
  const message = encodeRouterSolicitation({ sourceMac: source });
  return ipv6Frame(toGroup(source, anyLinkLocal(), ALL_ROUTERS), ICMPV6, message, 2);
};

const spoiltDhcp6: Kind = (_leg, source) =>
  ipv6Frame(toGroup(source, anyLinkLocal(), DHCP_SERVERS), UDP, udp(546, 547, spoilt('dhcpv6')), 6);

const spoiltSolicitation: Kind = (_leg, source) => {
  const message = Buffer.concat([spoilt('icmpv6'), Buffer.alloc(4)]);
  return ipv6Frame(toGroup(source, anyLinkLocal(), ALL_ROUTERS), ICMPV6, message, 2);
};

/** Who asks for a neighbour becomes one: under made-up addresses of the own /64 each time. */
const neighbourSolicitation: Kind = (leg, source) => {
  const message = neighbour(
    ICMPV6_TYPE.neighbourSolicitation,
    leg.controller6,
    ICMPV6_OPTION.sourceLinkLayerAddress,
    source,
  );
  const from = below(2) === 0 ? neighbourOf(leg.board6) : anyLinkLocal();
  return ipv6Frame(toGroup(source, from, solicitedNode(leg.controller6)), ICMPV6, message, 2);
};

/** Claims an address of the controller for itself. */
const neighbourAdvertisement: Kind = (leg, source) => {
  const message = neighbour(ICMPV6_TYPE.neighbourAdvertisement, leg.controller6, 2, source);
  message[4] = 0x20;
  return ipv6Frame(toGroup(source, leg.board6, ALL_NODES), ICMPV6, message, 2);
};

const routerAdvertisement: Kind = (_leg, source) => {
  const head = Uint8Array.of(ICMPV6_TYPE.routerAdvertisement, 0, 0, 0, 64, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0);
  const prefix = Uint8Array.of(
    3,
    4,
    64,
    0xc0,
    255,
    255,
    255,
    255,
    255,
    255,
    255,
    255,
    0,
    0,
    0,
    0,
    0x20,
    1,
    0xd,
    0xb8,
    ...noise(4),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
  return ipv6Frame(toGroup(source, anyLinkLocal(), ALL_NODES), ICMPV6, Buffer.concat([head, prefix]), 2);
};

const echo: Kind = (leg, source) => {
  const message = Buffer.concat([Uint8Array.of(128, 0, 0, 0), noise(60)]);
  return ipv6Frame(toController(leg, source, neighbourOf(leg.board6)), ICMPV6, message, 2);
};

/** Begins connections under made-up addresses: every answer would make a neighbour. */
const syn6: Kind = (leg, source) => {
  const segment = new Uint8Array(20);
  segment.set([
    ...noise(2),
    ...oneOf([
      [8, 1],
      [0, 111],
      [78, 84],
    ]),
    ...noise(4),
    0,
    0,
    0,
    0,
    0x50,
    2,
    255,
    255,
  ]);
  return ipv6Frame(toController(leg, source, neighbourOf(leg.board6)), TCP, segment, 16);
};

const garbage6: Kind = (leg, source) => {
  const message = udp(1024 + below(64_000), 1 + below(65_535), noise(below(1000)));
  return ipv6Frame(toController(leg, source, leg.board6), UDP, message, 6);
};

const spoofed6: Kind = (leg, source) => {
  const message = udp(546, 547, noise(80));
  return ipv6Frame(toController(leg, source, noise(16)), UDP, message, 6);
};

const fragment6: Kind = (leg, source) =>
  ipv6Fragment(toController(leg, source, leg.board6), UDP, udp(1024, 547, noise(600)), below(2 ** 31));

function neighbour(type: number, target: Uint8Array, option: number, mac: Mac): Uint8Array {
  return Buffer.concat([Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0), target, Uint8Array.of(option, 1), macToBytes(mac)]);
}

function toGroup(source: Mac, from: Uint8Array, to: Uint8Array) {
  return { source, destination: groupMac(to), from, to };
}

function toController(leg: HostileLeg, source: Mac, from: Uint8Array) {
  return { source, destination: leg.controllerMac, from, to: leg.controller6 };
}

export const KINDS6 = Object.freeze({
  dhcp6,
  'spoilt-dhcp6': spoiltDhcp6,
  'spoilt-solicitation': spoiltSolicitation,
  'router-solicitation': solicitation,
  'neighbour-solicitation': neighbourSolicitation,
  'neighbour-advertisement': neighbourAdvertisement,
  'router-advertisement': routerAdvertisement,
  echo6: echo,
  syn6,
  garbage6,
  spoofed6,
  fragment6,
} satisfies Readonly<Record<string, Kind>>);
