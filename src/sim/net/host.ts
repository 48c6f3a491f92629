/** A host on virtual wires: its interfaces, and the sockets on top of them. */
import { ALL_NODES, type Icmp6Socket } from '../../net/icmp6.ts';
import type { Inet6Target } from '../../net/inet6.ts';
import type { UdpSocket, UdpTarget } from '../../net/udp.ts';
import type { Udp6Socket } from '../../net/udp6.ts';
import type { Clock } from '../../rack/clock.ts';
import { type Ipv4, ipv4ToNumber, type Mac } from '../../wire/address.ts';
import { IP_PROTOCOL_UDP, type Ipv6Packet, NEXT_HEADER, readUdp, type Udp4Frame } from '../../wire/ethernet/index.ts';
import { type Host6, VirtualIcmp6, VirtualUdp6 } from './inet6.ts';
import { type InterfaceOptions, VirtualInterface } from './interface.ts';
import { keyOf } from './nd.ts';
import type { SendError } from './send-queue.ts';
import { type Host4, VirtualUdp4 } from './udp4.ts';

/** As the kernel refuses what has no way out (errno(3)). */
const NO_INTERFACE: SendError = { errno: 19, message: 'ENODEV' };
const UNREACHABLE: SendError = { errno: 101, message: 'ENETUNREACH' };
const LIMITED_BROADCAST = 0xffffffff;
const FIRST_EPHEMERAL = 32_768;

export class VirtualHost implements Host4, Host6 {
  readonly clock: Clock;
  readonly #interfaces = new Map<number, VirtualInterface>();
  readonly #udp4 = new Map<number, VirtualUdp4>();
  readonly #udp6 = new Map<number, VirtualUdp6>();
  readonly #icmp6 = new Set<VirtualIcmp6>();
  #ephemeral = FIRST_EPHEMERAL;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The interface is up from now on. */
  add(options: InterfaceOptions): VirtualInterface {
    const made = new VirtualInterface(options, this.clock, {
      udp4: (port, frame) => this.#takeUdp4(port, frame),
      ipv6: (port, packet) => this.#takeIpv6(port, packet),
    });
    this.#interfaces.set(options.ifindex, made);
    made.up();
    return made;
  }

  get interfaces(): readonly VirtualInterface[] {
    return [...this.#interfaces.values()];
  }

  /** All interfaces down: nothing is heard any more. */
  down(): void {
    for (const each of this.#interfaces.values()) each.down();
  }

  name(ifindex: number): string | undefined {
    return this.#interfaces.get(ifindex)?.name;
  }

  index(ifname: string): number | undefined {
    return this.interfaces.find(({ name }) => name === ifname)?.ifindex;
  }

  setPermanentNeighbour4(ifname: string, address: Ipv4, mac: Mac): void {
    const found = this.interfaces.find(({ name }) => name === ifname);
    if (found === undefined) throw new Error(`expected an interface of this host, got ${ifname}`);
    found.neighbours4.setPermanent(address, mac);
  }

  /** 0 takes any free port. */
  openUdp4(port: number): UdpSocket {
    const socket = new VirtualUdp4(this, port === 0 ? this.#ephemeral++ : port);
    if (this.#udp4.has(socket.port)) throw new Error(`EADDRINUSE: UDP port ${socket.port} has a socket`);
    this.#udp4.set(socket.port, socket);
    return socket;
  }

  openUdp6(port: number): Udp6Socket {
    if (this.#udp6.has(port)) throw new Error(`EADDRINUSE: UDP port ${port} has a socket for IPv6`);
    const socket = new VirtualUdp6(this, port);
    this.#udp6.set(port, socket);
    return socket;
  }

  openIcmp6(types?: readonly number[]): Icmp6Socket {
    const socket = new VirtualIcmp6(this, types);
    this.#icmp6.add(socket);
    return socket;
  }

  closed(socket: object): void {
    if (socket instanceof VirtualUdp4) this.#udp4.delete(socket.port);
    else if (socket instanceof VirtualUdp6) this.#udp6.delete(socket.port);
    else if (socket instanceof VirtualIcmp6) this.#icmp6.delete(socket);
  }

  sendUdp4(port: number, bytes: Uint8Array, to: UdpTarget): SendError | undefined {
    const out = to.ifindex === 0 ? this.#routeTo(to.peerAddress) : this.#interfaces.get(to.ifindex);
    if (out === undefined) return to.ifindex === 0 ? UNREACHABLE : NO_INTERFACE;
    if (to.peerAddress !== LIMITED_BROADCAST && !out.isOnLink(to.peerAddress)) return UNREACHABLE;
    const from = { address: to.localAddress === 0 ? out.address : to.localAddress, port };
    out.sendUdp4(from, { address: to.peerAddress, port: to.peerPort }, bytes);
    return undefined;
  }

  sendUdp6(port: number, bytes: Uint8Array, to: Inet6Target & { readonly peerPort: number }): SendError | undefined {
    const out = this.#interfaces.get(to.ifindex);
    if (out === undefined) return NO_INTERFACE;
    out.sendUdp6(to.peerAddress, { source: port, destination: to.peerPort }, bytes);
    return undefined;
  }

  sendIcmp6(message: Uint8Array, to: Inet6Target): SendError | undefined {
    const out = this.#interfaces.get(to.ifindex);
    if (out === undefined) return NO_INTERFACE;
    out.sendIcmp6(to.peerAddress, message);
    return undefined;
  }

  #routeTo(address: number): VirtualInterface | undefined {
    return this.interfaces.find((each) => each.isOnLink(address));
  }

  #takeUdp4(port: VirtualInterface, frame: Udp4Frame): void {
    const destinationAddress = ipv4ToNumber(frame.destinationAddress);
    const isOurs = [port.address, port.broadcast, LIMITED_BROADCAST].includes(destinationAddress);
    const socket = isOurs ? this.#udp4.get(frame.destinationPort) : undefined;
    socket?.arrive({
      ifindex: port.ifindex,
      peerAddress: ipv4ToNumber(frame.sourceAddress),
      peerPort: frame.sourcePort,
      localAddress: port.address,
      destinationAddress,
      bytes: frame.payload.slice(),
    });
  }

  #takeIpv6(port: VirtualInterface, packet: Ipv6Packet): void {
    const { ifindex } = port;
    const { destinationAddress: to, hopLimit } = packet;
    const isForAll = port.isOwn6(to) || keyOf(to) === keyOf(ALL_NODES);
    const addresses = { ifindex, hopLimit, peerAddress: packet.sourceAddress.slice(), localAddress: to.slice() };
    if (packet.nextHeader === NEXT_HEADER.icmpv6) {
      const type = packet.payload[0] as number;
      for (const socket of this.#icmp6) {
        if (!socket.types.includes(type) || !(isForAll || socket.isIn(ifindex, to))) continue;
        socket.arrive({ ...addresses, peerPort: 0, bytes: packet.payload.slice() });
      }
    } else if (packet.nextHeader === IP_PROTOCOL_UDP) {
      const { sourcePort, destinationPort, payload } = readUdp(packet.payload);
      const socket = this.#udp6.get(destinationPort);
      if (socket === undefined || !(isForAll || socket.isIn(ifindex, to))) return;
      socket.arrive({ ...addresses, peerPort: sourcePort, bytes: payload.slice() });
    }
  }
}
