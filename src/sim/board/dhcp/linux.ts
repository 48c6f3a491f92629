/** DHCP of Linux at boot: the kernel's own (`ip=dhcp`, CONFIG_IP_PNP), or klibc's ipconfig in an initramfs (pi-boot §1.10, §4). */
import { type Ipv4, parseIpv4 } from '../../../wire/address.ts';
import {
  addressValue,
  DhcpOption,
  type Dhcpv4Packet,
  encodeDhcpv4,
  MessageType,
  readAddress,
  readAddresses,
  readText,
  readU32,
  textValue,
} from '../../../wire/dhcpv4/index.ts';
import { dhcpMessage } from '../boot/link.ts';
import type { Machine } from '../machine.ts';
import { PI4_STYLE } from '../nic.ts';
import type { Ipv4Settings } from '../os-port.ts';
import { random32 } from '../random.ts';
import { type Script, waitFor } from '../script.ts';

export interface LinuxLease extends Ipv4Settings {
  readonly hostname: string;
}

const FIRST_TIMEOUT_MS = 2000;
const LONGEST_TIMEOUT_MS = 30_000;
/** Subnet mask, router, DNS, host name, domain, MTU, broadcast, root path. */
const WANTED = Uint8Array.of(1, 3, 6, 12, 15, 17, 26, 28, 42);
const NONE = '0.0.0.0' as Ipv4;

/**
 * Goes on until there is a lease: a root over NFS cannot do without (pi-boot §4). `initramfs` adds klibc's class; the
 * kernel itself names none.
 */
export function* linuxDhcp(machine: Machine, initramfs: boolean): Script<LinuxLease> {
  const { clock, counters, identity, nic } = machine;
  let xid = 0;
  let wanted: number = MessageType.offer;
  let heard: Dhcpv4Packet | undefined;
  nic.onDhcp = (bytes) => {
    const packet = dhcpMessage(bytes);
    if (packet?.op !== 2 || packet.xid !== xid || packet.chaddr !== identity.mac || heard) return;
    const type = packet.options.get(DhcpOption.messageType)?.[0];
    if (type !== wanted && !(wanted === MessageType.ack && type === MessageType.nak)) return;
    heard = packet;
    machine.wake();
  };
  const send = (type: number, chosen: readonly [number, Uint8Array][]) => {
    wanted = type === MessageType.discover ? MessageType.offer : MessageType.ack;
    heard = undefined;
    nic.sendDhcp(
      message(machine, xid, initramfs, [[DhcpOption.messageType, Uint8Array.of(type)], ...chosen]),
      PI4_STYLE,
    );
  };

  for (let timeout = FIRST_TIMEOUT_MS; ; timeout = Math.min(timeout * 2, LONGEST_TIMEOUT_MS)) {
    xid = random32(machine.random);
    counters.discovers++;
    send(MessageType.discover, []);
    if (!(yield* waitFor(clock, timeout, () => heard !== undefined))) continue;
    counters.offers++;
    const offer = heard as unknown as Dhcpv4Packet;
    const server = offer.options.get(DhcpOption.serverIdentifier);
    counters.requests++;
    send(MessageType.request, [
      ...(server ? [[DhcpOption.serverIdentifier, server] as [number, Uint8Array]] : []),
      [DhcpOption.requestedAddress, addressValue(offer.yiaddr)],
    ]);
    if (!(yield* waitFor(clock, timeout, () => heard !== undefined))) continue;
    const answer = heard as unknown as Dhcpv4Packet;
    if (answer.options.get(DhcpOption.messageType)?.[0] === MessageType.nak) continue;
    nic.onDhcp = undefined;
    return lease(answer);
  }
}

function message(machine: Machine, xid: number, initramfs: boolean, first: [number, Uint8Array][]): Uint8Array {
  const options = new Map<number, Uint8Array>([...first, [DhcpOption.parameterRequestList, WANTED]]);
  if (initramfs) options.set(DhcpOption.classIdentifier, textValue('Linux ipconfig'));
  return encodeDhcpv4({
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: 0,
    ciaddr: NONE,
    yiaddr: NONE,
    siaddr: NONE,
    giaddr: NONE,
    chaddr: machine.identity.mac,
    sname: '',
    file: '',
    options,
  });
}

/** Options that are no addresses count as absent: Linux looks no closer. */
function lease(packet: Dhcpv4Packet): LinuxLease {
  const { options } = packet;
  const mask = quietly(() => readU32(options, DhcpOption.subnetMask)) ?? 0xffffff00;
  const named = packet.siaddr === NONE ? undefined : packet.siaddr;
  return {
    address: parseIpv4(packet.yiaddr),
    prefixLength: Math.clz32(~mask),
    router: quietly(() => readAddresses(options, DhcpOption.router))?.[0],
    server: named ?? quietly(() => readAddress(options, DhcpOption.serverIdentifier)),
    hostname: readText(options, DhcpOption.hostName) ?? '',
  };
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
