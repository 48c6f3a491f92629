/** What a hostile board sends by IPv4 and below it, one frame a call. */
import type { Ipv4, Mac } from '../../../src/wire/address.ts';
import { ipv4FromNumber, macFromBytes, macToBytes } from '../../../src/wire/address.ts';
import { DhcpOption, encodeDhcpv4, MessageType } from '../../../src/wire/dhcpv4/index.ts';
import {
  BROADCAST_MAC,
  encodeArpFrame,
  encodeUdpFrame,
  foldChecksum,
  sumWords,
} from '../../../src/wire/ethernet/index.ts';
import { encodeTftp, TFTP_OPTION_NAMES, type TftpOptions } from '../../../src/wire/tftp/index.ts';
import { anyMac, below, type HostileLeg, noise, oneOf } from './leg.ts';
import { spoilt } from './spoilt.ts';

type Kind = (leg: HostileLeg, source: Mac) => Uint8Array;

const ANY = '0.0.0.0' as Ipv4;
const EVERYBODY = '255.255.255.255' as Ipv4;
/** Big files of a boot, so that a half-open transfer is worth something. */
const FILES = ['bootcode.bin', 'start.elf', 'start4.elf', 'kernel8.img', 'vmlinuz', 'config.txt', '../../etc/shadow'];

/** A boot ROM, a kernel or nobody in particular, under a new MAC each time; some with options that fill the packet. */
const dhcp4: Kind = (leg, source) => {
  const mac = anyMac();
  const type = oneOf([MessageType.discover, MessageType.discover, MessageType.request, MessageType.decline]);
  const options = new Map<number, Uint8Array>([[DhcpOption.messageType, Uint8Array.of(type)]]);
  if (below(2) === 0) options.set(DhcpOption.classIdentifier, Buffer.from('PXEClient:Arch:00000:UNDI:002001'));
  if (type !== MessageType.discover)
    options.set(DhcpOption.requestedAddress, Uint8Array.from(leg.board.split('.'), Number));
  if (below(4) === 0) for (let code = 130; code < 134; code++) options.set(code, noise(below(255)));
  const payload = encodeDhcpv4({
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: below(2 ** 32),
    secs: 0,
    flags: below(2) * 0x8000,
    ciaddr: ANY,
    yiaddr: ANY,
    siaddr: ANY,
    giaddr: ANY,
    chaddr: mac,
    sname: '',
    file: '',
    options,
  });
  const addresses = { sourceAddress: ANY, destinationAddress: EVERYBODY, sourcePort: 68, destinationPort: 67 };
  return encodeUdpFrame({ source, destination: BROADCAST_MAC, ...addresses, checksum: true, payload });
};

/** A request that nobody will go on with: the transfer stays half open. */
const request: Kind = (leg, source) => {
  const options: TftpOptions = { tsize: 0, blksize: 1468, windowsize: 32 };
  const name = below(2) === 0 ? oneOf(FILES) : Buffer.from(noise(below(200) + 1)).toString('hex');
  return toController(leg, source, 69, encodeTftp({ kind: 'rrq', name, mode: 'octet', options }));
};

/** A request that is nearly one, and its options repeated until the packet is full. */
const brokenRequest: Kind = (leg, source) => {
  const text = `\0\x01${oneOf(FILES)}\0octet\0${`${oneOf(TFTP_OPTION_NAMES)}\0${'9'.repeat(below(20))}\0`.repeat(below(40))}`;
  return toController(leg, source, 69, Buffer.from(text, 'latin1').subarray(0, 2 + below(600)));
};

/** To ports where transfers may be going on, or anything else. */
const garbage: Kind = (leg, source) => toController(leg, source, 1 + below(65535), noise(below(1200)));

const spoofed: Kind = (leg, source) => {
  const sourceAddress = ipv4FromNumber(below(2 ** 32));
  return toController(leg, source, oneOf([67, 69, 111, 2049]), noise(64), { sourceAddress });
};

const spoiltDhcp4: Kind = (_leg, source) => {
  const addresses = { sourceAddress: ANY, destinationAddress: EVERYBODY, sourcePort: 68, destinationPort: 67 };
  const payload = spoilt('dhcpv4');
  return encodeUdpFrame({ source, destination: BROADCAST_MAC, ...addresses, checksum: true, payload });
};

const spoiltRequest: Kind = (leg, source) => toController(leg, source, 69, spoilt('tftp'));

/** The controller's address on some other leg. */
const otherLeg: Kind = (leg, source) => {
  const destinationAddress = `10.20.${below(4)}.${1 + below(64) * 4}` as Ipv4;
  return toController(leg, source, oneOf([67, 69, 111]), noise(64), { destinationAddress });
};

const fragment: Kind = (leg, source) => {
  const frame = toController(leg, source, 69, noise(800)).slice();
  // More fragments; the header's checksum counts that, so it is made anew.
  frame[14 + 6] = 0x20;
  frame[14 + 10] = 0;
  frame[14 + 11] = 0;
  const sum = foldChecksum(sumWords(frame.subarray(14, 34)));
  frame[14 + 10] = sum >>> 8;
  frame[14 + 11] = sum;
  return frame;
};

const arp: Kind = (leg, source) => {
  const senderAddress = below(2) === 0 ? leg.board : ipv4FromNumber(below(2 ** 32));
  const senderMac = anyMac();
  const operation = oneOf(['request', 'reply'] as const);
  const targetMac = operation === 'request' ? ('00:00:00:00:00:00' as Mac) : leg.controllerMac;
  const packet = { operation, senderMac, senderAddress, targetMac, targetAddress: leg.controller };
  return encodeArpFrame({ source, destination: BROADCAST_MAC, arp: packet });
};

/** Connections to the file server that are begun and left. */
const syn: Kind = (leg, source) => {
  const segment = new Uint8Array(20);
  const port = 1024 + below(64_000);
  segment.set([
    port >>> 8,
    port,
    ...oneOf([
      [8, 1],
      [0, 111],
      [78, 84],
      [0, 22],
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
  const pseudo = sumWords(Uint8Array.from([...leg.board.split('.'), ...leg.controller.split('.')], Number), 6 + 20);
  const sum = foldChecksum(sumWords(segment, pseudo));
  segment[16] = sum >>> 8;
  segment[17] = sum;
  const header = Uint8Array.from(
    [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, ...leg.board.split('.'), ...leg.controller.split('.')],
    Number,
  );
  const headerSum = foldChecksum(sumWords(header));
  header[10] = headerSum >>> 8;
  header[11] = headerSum;
  return Buffer.concat([macToBytes(leg.controllerMac), macToBytes(source), Uint8Array.of(8, 0), header, segment]);
};

/** Any EtherType, among them tags of other slots' VLANs, and sources that no host may have. */
const frame: Kind = (leg, source) => {
  const type = oneOf([[0x81, 0, 0, 101 + below(8)], [0x88, 0xa8, 0, 102], [0x88, 0xcc], [...noise(2)]]);
  const from =
    below(2) === 0 ? macToBytes(source) : oneOf([noise(6), macToBytes(leg.controllerMac), Buffer.alloc(6, 0xff)]);
  const to = below(2) === 0 ? macToBytes(leg.controllerMac) : macToBytes(BROADCAST_MAC);
  return Buffer.concat([to, macToBytes(macFromBytes(from)), Uint8Array.from(type), noise(46 + below(200))]);
};

function toController(
  leg: HostileLeg,
  source: Mac,
  destinationPort: number,
  payload: Uint8Array,
  changes: { sourceAddress?: Ipv4; destinationAddress?: Ipv4 } = {},
): Uint8Array {
  const addresses = { sourceAddress: leg.board, destinationAddress: leg.controller, ...changes };
  const sourcePort = 1024 + below(64_000);
  const to = { destination: leg.controllerMac, destinationPort, sourcePort };
  return encodeUdpFrame({ source, ...to, ...addresses, checksum: true, payload });
}

export const KINDS4 = Object.freeze({
  dhcp4,
  request,
  'broken-request': brokenRequest,
  garbage,
  spoofed,
  'spoilt-dhcp4': spoiltDhcp4,
  'spoilt-request': spoiltRequest,
  'other-leg': otherLeg,
  fragment,
  arp,
  syn,
  frame,
} satisfies Readonly<Record<string, Kind>>);
