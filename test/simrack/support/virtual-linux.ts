/**
 * The operating system of a virtual board on a virtual wire: a host of its own on the board's port, that mounts its root
 * (which takes a while and no frames here), finds its router, gets its address and its prefix by DHCPv6, and is up.
 */
import { ICMP6_TYPE } from '../../../src/net/icmp6.ts';
import type { Udp6Socket } from '../../../src/net/udp6.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import { millis } from '../../../src/rack/units.ts';
import type { OsBoot, OsEvents, OsPort, OsSession } from '../../../src/sim/board/os-port.ts';
import { type Random, random32 } from '../../../src/sim/board/random.ts';
import type { Wire } from '../../../src/sim/board/wire.ts';
import { VirtualHost } from '../../../src/sim/net/host.ts';
import type { Ipv6, Mac } from '../../../src/wire/address.ts';
import {
  decodeDhcpv6,
  duidBytes,
  duidLl,
  encodeDhcpv6,
  findOption6,
  iaNaOption,
  iaPdOption,
  MessageType6,
  Option6,
  readIaNa,
  readIaPd,
} from '../../../src/wire/dhcpv6/index.ts';
import { encodeRouterSolicitation } from '../../../src/wire/icmpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../src/wire/ipv6-text.ts';

const ALL_ROUTERS = ipv6Bytes('ff02::2');
const ALL_DHCP_SERVERS = ipv6Bytes('ff02::1:2');
const IFINDEX = 2;
const MOUNT_MS = 700;
const START_MS = 900;
/** RFC 4861 §10 RTR_SOLICITATION_INTERVAL. */
const SOLICIT_EVERY = millis(4000);
/** RFC 8415 §7.6 SOL_TIMEOUT and REQ_TIMEOUT; doubled up to the maximum. */
const FIRST_TIMEOUT = 1000;
const LONGEST_TIMEOUT = 30_000;

export interface LinuxParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly mac: Mac;
  readonly wire: Wire;
}

/** What the running system has; all of it is gone with the power. */
export interface Running {
  readonly boot: OsBoot;
  mounted: boolean;
  routers: number;
  address: Ipv6 | undefined;
  prefix: string | undefined;
}

export class VirtualLinux implements OsPort {
  running: Running | undefined;
  readonly #parts: LinuxParts;

  constructor(parts: LinuxParts) {
    this.#parts = parts;
  }

  boot(boot: OsBoot, events: OsEvents): OsSession {
    const running: Running = { boot, mounted: false, routers: 0, address: undefined, prefix: undefined };
    this.running = running;
    const session = new Session(this.#parts, running, events);
    session.start();
    return {
      kill: () => {
        session.kill();
        if (this.running === running) this.running = undefined;
      },
    };
  }
}

class Session {
  readonly #parts: LinuxParts;
  readonly #running: Running;
  readonly #events: OsEvents;
  readonly #host: VirtualHost;
  #alive = true;

  constructor(parts: LinuxParts, running: Running, events: OsEvents) {
    this.#parts = parts;
    this.#running = running;
    this.#events = events;
    this.#host = new VirtualHost(parts.clock);
  }

  start(): void {
    this.#after(MOUNT_MS, () => {
      this.#running.mounted = true;
      this.#events.stage('os-mount', 'root is mounted');
      this.#after(START_MS, () => this.#network());
    });
  }

  kill(): void {
    this.#alive = false;
    this.#host.down();
  }

  #network(): void {
    const { mac, wire } = this.#parts;
    const { ipv4 } = this.#running.boot;
    this.#host.add({ ifindex: IFINDEX, name: 'eth0', mac, wire, ipv4, ipv6: [] });
    const icmp = this.#host.openIcmp6([ICMP6_TYPE.routerAdvertisement]);
    icmp.onBatch(({ count, hopLimit }) => {
      for (let i = 0; i < count; i++) if (hopLimit(i) === 255 && this.#running.routers++ === 0) this.#dhcp();
    });
    const solicit = () => {
      if (this.#running.routers > 0) return;
      icmp.send(encodeRouterSolicitation({ sourceMac: mac }), { ifindex: IFINDEX, peerAddress: ALL_ROUTERS });
      icmp.flush();
      this.#after(SOLICIT_EVERY, solicit);
    };
    solicit();
  }

  #dhcp(): void {
    const socket = this.#host.openUdp6(546);
    let transactionId = 0;
    let server: Uint8Array | undefined;
    socket.onBatch((batch) => {
      for (let i = 0; i < batch.count; i++) {
        const { type, transactionId: answered, options } = decodeDhcpv6(batch.bytes(i));
        if (answered !== transactionId || this.#running.address !== undefined) continue;
        if (type === MessageType6.advertise && server === undefined) {
          server = findOption6(options, Option6.serverId);
          transactionId = this.#ask(socket, server);
        } else if (type === MessageType6.reply) this.#bound(options);
      }
    });
    const again = (timeout: number) => {
      if (this.#running.address !== undefined) return;
      transactionId = this.#ask(socket, server);
      this.#after(timeout, () => again(Math.min(timeout * 2, LONGEST_TIMEOUT)));
    };
    again(FIRST_TIMEOUT);
  }

  /** SOLICIT, or a REQUEST to that server. */
  #ask(socket: Udp6Socket, server: Uint8Array | undefined): number {
    const transactionId = random32(this.#parts.random) & 0xffffff;
    const nothing = { iaid: 1, t1: 0, t2: 0, leases: [] };
    const bytes = encodeDhcpv6({
      type: server === undefined ? MessageType6.solicit : MessageType6.request,
      transactionId,
      options: [
        { code: Option6.clientId, value: duidBytes(duidLl(this.#parts.mac)) },
        ...(server === undefined ? [] : [{ code: Option6.serverId, value: server }]),
        { code: Option6.elapsedTime, value: Uint8Array.of(0, 0) },
        iaNaOption(nothing),
        iaPdOption(nothing),
      ],
    });
    socket.send(bytes, { ifindex: IFINDEX, peerAddress: ALL_DHCP_SERVERS, peerPort: 547 });
    socket.flush();
    return transactionId;
  }

  #bound(options: ReturnType<typeof decodeDhcpv6>['options']): void {
    const na = readIaNa(findOption6(options, Option6.iaNa) ?? new Uint8Array()).leases[0];
    const pd = readIaPd(findOption6(options, Option6.iaPd) ?? new Uint8Array()).leases[0];
    if (na === undefined || pd === undefined) throw new Error('a REPLY without an address or a prefix');
    this.#running.address = ipv6Text(na.address);
    this.#running.prefix = `${ipv6Text(pd.prefix)}/${pd.length}`;
    this.#events.stage('os-up', `has ${this.#running.address}`);
  }

  #after(delay: number, run: () => void): void {
    this.#parts.clock.after(millis(delay), () => {
      if (this.#alive) run();
    });
  }
}
