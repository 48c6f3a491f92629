/** A leg, packets of clients, and a server on a socket that only remembers. */
import pino from 'pino';
import type { UdpBatch, UdpTarget } from '../../../src/net/udp.ts';
import { type Classification, classify } from '../../../src/netboot/dhcpv4/classify.ts';
import { type Decision, decide, type Observation, type Question } from '../../../src/netboot/dhcpv4/decide.ts';
import { type Leg, prepareLeg } from '../../../src/netboot/dhcpv4/leg.ts';
import { Dhcpv4Server, type Lease } from '../../../src/netboot/dhcpv4/server.ts';
import { DEFAULT_SETTINGS, type ServerSettings } from '../../../src/netboot/dhcpv4/settings.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { type Ipv4, ipv4FromNumber, ipv4ToNumber, parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { type Dhcpv4Packet, decodeDhcpv4, encodeDhcpv4 } from '../../../src/wire/dhcpv4/index.ts';
import { hex } from '../../wire/dhcpv4/bytes.ts';

export const ZERO = '0.0.0.0' as Ipv4;
export const MAC = parseMac('b8:27:eb:07:bc:c6');

/** Leg of slot n: controller 10.20.0.(4n-3), board 10.20.0.(4n-2). */
export function leg(slot = 1): Leg {
  return {
    slot: slotNumber(slot),
    interface: `vlan${100 + slot}`,
    controller: ipv4FromNumber(0x0a140000 + slot * 4 - 3),
    board: ipv4FromNumber(0x0a140000 + slot * 4 - 2),
    prefixLength: 30,
    hostName: `pi-${slot}`,
    zone: 'rack.example',
    dnsServers: [parseIpv4('10.20.0.1')],
    ntpServers: [parseIpv4('10.20.0.1')],
  };
}

/** A request of an operating system's client with these options as hex. */
export function request(options: string, fields: Partial<Dhcpv4Packet> = {}): Dhcpv4Packet {
  const parsed = decodeDhcpv4(
    Buffer.concat([new Uint8Array([1, 1, 6, 0]), new Uint8Array(232), hex(`63825363 ${options}`)]),
  );
  return { ...parsed, xid: 0x01020304, chaddr: MAC, ...fields };
}

export function ask(
  packet: Dhcpv4Packet,
  more: Partial<Omit<Question, 'leg'>> & { leg?: Leg; length?: number } = {},
): Decision {
  const { length, leg: where, ...rest } = more;
  const client: Classification = rest.client ?? classify(packet, length ?? encodeDhcpv4(packet).length);
  return decide({
    packet,
    leg: prepareLeg(where ?? leg()),
    client,
    unicast: false,
    settings: DEFAULT_SETTINGS,
    ...rest,
  });
}

export interface Arrival {
  readonly ifindex: number;
  readonly bytes: Uint8Array;
  /** 255.255.255.255 unless given. */
  readonly destination?: string;
  readonly truncated?: boolean;
}

export interface SentDatagram extends UdpTarget {
  readonly bytes: Uint8Array;
  /** The neighbour entry of the leg when the datagram was handed to the kernel. */
  readonly neighbour: string | undefined;
}

/** A server with legs of slots 1 to 3 on interfaces 11 to 13, virtual time, and a lease store that commits when told. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly sent: SentDatagram[] = [];
  readonly leases: Lease[] = [];
  readonly neighbours = new Map<string, string>();
  readonly observations: { slot: number; observation: Observation }[] = [];
  readonly milestones: string[] = [];
  readonly server: Dhcpv4Server;
  /** Commits resolve by themselves unless this is set; then `commit` and `failCommit` settle them. */
  holdCommits = false;
  neighbourError: Error | undefined;
  observeError: Error | undefined;
  #queued: (UdpTarget & { bytes: Uint8Array })[] = [];
  #handler: (batch: UdpBatch) => void = () => {};
  #sendError: (ifindex: number, errno: number, message: string) => void = () => {};
  #commits: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor(settings: Partial<ServerSettings> = {}) {
    const legs = new Map([1, 2, 3].map((slot) => [10 + slot, leg(slot)]));
    this.server = new Dhcpv4Server({
      socket: {
        onBatch: (handler) => {
          this.#handler = handler;
        },
        onSendError: (handler) => {
          this.#sendError = handler;
        },
        send: (bytes, to) => void this.#queued.push({ ...to, bytes: bytes.slice() }),
        flush: () => this.#flush(),
      },
      legs: (ifindex) => legs.get(ifindex),
      leases: {
        record: (lease) => void this.leases.push(lease),
        committed: () =>
          this.holdCommits
            ? new Promise((resolve, reject) => void this.#commits.push({ resolve, reject }))
            : Promise.resolve(),
      },
      neighbours: {
        set: (where, address, mac) => {
          if (this.neighbourError) throw this.neighbourError;
          this.neighbours.set(`${where.interface} ${address}`, mac);
        },
      },
      observe: (slot, observation) => {
        if (this.observeError) throw this.observeError;
        this.observations.push({ slot, observation });
      },
      milestone: (slot, milestone, detail) => void this.milestones.push(`${slot} ${milestone}: ${detail}`),
      clock: this.clock,
      log: pino({ level: 'silent' }),
      settings,
    });
  }

  /** Delivers datagrams as one batch whose bytes are overwritten afterwards, as the socket's arena is. */
  receive(...arrivals: Arrival[]): void {
    const bytes = arrivals.map((arrival) => arrival.bytes.slice());
    this.#handler({
      count: arrivals.length,
      ifindex: (i) => (arrivals[i] as Arrival).ifindex,
      peerAddress: () => 0,
      peerPort: () => 68,
      localAddress: () => 0,
      destinationAddress: (i) => ipv4ToNumber(parseIpv4((arrivals[i] as Arrival).destination ?? '255.255.255.255')),
      bytes: (i) => bytes[i] as Uint8Array,
      truncated: (i) => (arrivals[i] as Arrival).truncated ?? false,
    });
    for (const view of bytes) view.fill(0xee);
  }

  /** As `receive`, then lets commits and what follows them happen. */
  async exchange(...arrivals: Arrival[]): Promise<SentDatagram[]> {
    const before = this.sent.length;
    this.receive(...arrivals);
    await this.clock.advanceAsync(0);
    return this.sent.slice(before);
  }

  async commit(): Promise<void> {
    for (const { resolve } of this.#commits.splice(0)) resolve();
    await this.clock.advanceAsync(0);
  }

  async failCommit(): Promise<void> {
    for (const { reject } of this.#commits.splice(0)) reject(new Error('disk full'));
    await this.clock.advanceAsync(0);
  }

  refuse(ifindex: number): void {
    this.#sendError(ifindex, 100, 'ENETDOWN');
  }

  #flush(): void {
    for (const datagram of this.#queued.splice(0)) {
      const name = `vlan${datagram.ifindex + 90} ${ipv4FromNumber(datagram.peerAddress)}`;
      this.sent.push({ ...datagram, neighbour: this.neighbours.get(name) });
    }
  }
}
