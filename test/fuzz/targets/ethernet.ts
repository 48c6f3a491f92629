import type { Ipv4, Mac } from '../../../src/wire/address.ts';
import {
  BROADCAST_MAC,
  decodeFrame,
  encodeArpFrame,
  encodeUdpFrame,
  type Frame,
  foldChecksum,
  sumWords,
  udpChecksumGood,
} from '../../../src/wire/ethernet/index.ts';
import { ROM_3B } from '../../wire/dhcpv4/roms.ts';
import { orRefusal } from '../fuzz.ts';
import { ascii, type FuzzTarget, hex, mustBeSame, Violation } from '../target.ts';

const ENDS = { source: 'b8:27:eb:07:bc:c6' as Mac, destination: BROADCAST_MAC };
const BOARD = '10.20.0.2' as Ipv4;
const LEG = '10.20.0.1' as Ipv4;
const PORTS = { sourcePort: 49152, destinationPort: 69, checksum: true };
const ARP = { senderMac: ENDS.source, senderAddress: BOARD, targetMac: '00:00:00:00:00:00' as Mac, targetAddress: LEG };
const tagged = { vlan: { id: 101, priority: 0, dropEligible: false } };
const addresses = { sourceAddress: BOARD, destinationAddress: LEG };

/** Ethernet with its tag, ARP, IPv4 and UDP. */
export const ethernet: FuzzTarget = {
  seeds: [
    encodeUdpFrame({ ...ENDS, ...addresses, ...PORTS, payload: ascii('\0\x01bootcode.bin\0octet\0') }),
    encodeUdpFrame({ ...ENDS, ...addresses, ...PORTS, ...tagged, payload: ROM_3B }),
    encodeArpFrame({ ...ENDS, arp: { operation: 'request', ...ARP } }),
    encodeArpFrame({ ...ENDS, ...tagged, arp: { operation: 'reply', ...ARP } }),
    hex(
      `333300000002 dca632005301 86dd 6000000000083aff ${'fe80'.padEnd(32, '0')} ${'ff02'.padEnd(32, '0')} 8500000000000000`,
    ),
  ],
  check(bytes) {
    // Most changes break the header's checksum: half of the inputs get a right one, or nothing behind it is ever read.
    if (bytes.length % 2 === 0) mendChecksum(bytes);
    const frame = orRefusal(() => decodeFrame(bytes));
    if (frame === undefined) return false;
    if (frame.kind === 'udp4') {
      udpChecksumGood(frame);
      const again = decodeFrame(encodeUdpFrame({ ...frame, checksum: true }));
      if (again.kind !== 'udp4' || !udpChecksumGood(again)) throw new Violation(`udp4 came back as ${again.kind}`);
      mustBeSame('udp4', bare(frame), bare(again));
    }
    if (frame.kind === 'arp') mustBeSame('arp', frame, decodeFrame(encodeArpFrame(frame)));
    return true;
  },
};

/** Without the checksum as it was sent, which may be none. */
function bare(frame: Frame & { kind: 'udp4' }): object {
  return { ...frame, checksum: 0 };
}

function mendChecksum(bytes: Uint8Array): void {
  const at = bytes[12] === 0x81 && bytes[13] === 0 ? 18 : 14;
  const length = ((bytes[at] ?? 0) & 15) * 4;
  if (bytes[at - 2] !== 8 || bytes[at - 1] !== 0 || length < 20 || at + length > bytes.length) return;
  bytes[at + 10] = 0;
  bytes[at + 11] = 0;
  const sum = foldChecksum(sumWords(bytes.subarray(at, at + length)));
  bytes[at + 10] = sum >>> 8;
  bytes[at + 11] = sum;
}
