import { describe, expect, it } from 'vitest';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import { decodeDhcpv4 } from '../../../src/wire/dhcpv4/index.ts';
import { decodeFrame, udpChecksumGood } from '../../../src/wire/ethernet/index.ts';
import { rig } from './support/rig.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const compact = (text: string) => text.replace(/\s/g, '');

function started(model: NetbootModel) {
  const made = rig({ model });
  made.board.powerOn();
  made.until('os-up');
  return { ...made, identity: boardIdentity(1, model) };
}

describe('bytes on the wire', () => {
  it("3B ROM: the DISCOVER of the documentation's trace, but for the MAC", () => {
    const { server, identity } = started('3B');
    const { frame, udp } = server.dhcp[0] as (typeof server.dhcp)[0];
    const mac = identity.mac.replaceAll(':', '');
    expect(frame.length).toBe(14 + 348);
    expect(udp).toMatchObject({ ttl: 128, id: 0, checksum: 0, sourcePort: 68, destinationPort: 67 });
    expect(hex(frame.subarray(0, 42))).toBe(
      compact(`ffffffffffff ${mac} 0800
        4500 015c 0000 0000 8011 3992 00000000 ffffffff
        0044 0043 0148 0000`),
    );
    expect(hex(udp.payload)).toBe(
      compact(`01010600 26f30339 0000 0000 ${'00000000'.repeat(4)} ${mac} ${'00'.repeat(10 + 192)} 63825363
        350101
        370c 2b3c43 80818283848586 87 42
        5d020000 5e03010201
        6111 00 ${'44'.repeat(16)}
        3c20 ${hex(Buffer.from('PXEClient:Arch:00000:UNDI:002001'))} ff`),
    );
    expect(udp.payload.length).toBe(320);
  });

  it.each(['3B', '3B+'] as const)('%s: bootcode.bin asks again with the serial, little-endian, four times', (model) => {
    const { server, identity } = started(model);
    const { udp, packet } = server.dhcp[1] as (typeof server.dhcp)[0];
    const serial = hex(Buffer.from(identity.serial8, 'hex').reverse());
    expect(udp).toMatchObject({ ttl: 128, id: 0, checksum: 0 });
    expect(udp.payload.length).toBe(322);
    expect(packet).toMatchObject({ xid: 0x26f30339, flags: 0, secs: 0 });
    expect(hex(packet.options.get(97) as Uint8Array)).toBe(`00${serial.repeat(4)}`);
    expect([...(packet.options.get(55) as Uint8Array)]).toEqual([
      43, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135, 66, 1, 3,
    ]);
    expect(identity.mac).toBe(`b8:27:eb:${(identity.serial8.slice(2).match(/../g) as string[]).join(':')}`);
    // The 3B+ ROM itself already speaks so.
    expect(server.dhcp[0]?.udp.payload.length).toBe(model === '3B' ? 320 : 322);
  });

  it('4B EEPROM: random xid, REQUEST, and option 97 with model tag, revision, MAC and serial', () => {
    const { server, identity } = started('4B');
    const [discover, request] = server.dhcp as [(typeof server.dhcp)[0], (typeof server.dhcp)[0]];
    expect(discover.frame.length).toBe(364);
    expect(discover.packet.xid).not.toBe(0x26f30339);
    expect(request.packet.xid).toBe(discover.packet.xid);
    expect(udpChecksumGood(discover.udp)).toBe(true);
    const tail = identity.mac.split(':').slice(2).join('');
    const serial = hex(Buffer.from(identity.serial8, 'hex').reverse());
    for (const { packet } of [discover, request]) {
      expect(hex(packet.options.get(97) as Uint8Array)).toBe(`00346950521431c000${tail}${serial}`);
      expect([...(packet.options.get(55) as Uint8Array)]).toEqual([
        1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135,
      ]);
    }
    expect([...(request.packet.options.get(53) as Uint8Array)]).toEqual([3]);
    expect([...(request.packet.options.get(50) as Uint8Array)]).toEqual([10, 20, 0, 2]);
    expect([...(request.packet.options.get(54) as Uint8Array)]).toEqual([10, 20, 0, 1]);
  });

  it('kernel: another random xid, no class of its own', () => {
    const { server } = started('3B+');
    const kernel = server.dhcp.slice(2);
    expect(kernel.map(({ packet }) => packet.options.get(53)?.[0])).toEqual([1, 3]);
    expect(kernel[0]?.packet.xid).not.toBe(0x26f30339);
    expect(kernel[0]?.packet.options.has(60)).toBe(false);
  });

  it('ROM read request: 21 bytes without options; later ones with tsize and a space before the 0', () => {
    const { server } = started('3B');
    const [, bootcode, probe] = server.requests as [unknown, ...typeof server.requests];
    expect(hex((bootcode as (typeof server.requests)[0]).payload)).toBe(
      hex(Buffer.from('\0\x01bootcode.bin\0octet\0', 'latin1')),
    );
    expect(bootcode?.payload.length).toBe(21);
    expect(probe?.payload).toEqual(
      new Uint8Array(Buffer.from(`\0\x01${boardIdentity(1, '3B').serial8}/start.elf\0octet\0tsize\0 0\0`, 'latin1')),
    );
    expect(decodeFrame(bootcode?.frame as Uint8Array)).toMatchObject({
      ttl: 128,
      id: 0,
      checksum: 0,
      sourcePort: 49153,
    });
  });

  it('4B asks for large blocks', () => {
    const { server } = started('4B');
    expect(server.requests[0]?.request.options).toEqual({ tsize: 0, blksize: 1468 });
    expect(server.requests.every(({ request }) => (request.options.blksize ?? 0) >= 1024)).toBe(true);
  });

  it.each(['3B', '4B'] as const)('%s: every frame is whole, and its checksums hold', (model) => {
    const seen: Uint8Array[] = [];
    const { board, until } = rig({
      model,
      wire: {
        drop: (frame) => {
          seen.push(frame.slice());
          return false;
        },
      },
    });
    const mac = Buffer.from(board.identity.mac.replaceAll(':', ''), 'hex');
    board.powerOn();
    until('os-up');
    const own = seen.filter((frame) => mac.equals(frame.subarray(6, 12)));
    for (const frame of own) {
      expect(frame.length).toBeGreaterThanOrEqual(60);
      const decoded = decodeFrame(frame); // checks the IPv4 header checksum
      if (decoded.kind !== 'udp4') continue;
      // Only firmware of the Pi 3 leaves the UDP checksum out; Linux of either model computes it.
      const firmware = model === '3B' && decoded.ttl === 128;
      expect(decoded.checksum === 0).toBe(firmware);
      expect(udpChecksumGood(decoded)).toBe(true);
    }
    expect(own.filter((frame) => frame[12] === 8 && frame[13] === 0 && frame[23] === 17).length).toBeGreaterThan(200);
    expect(() => decodeDhcpv4(own[0]?.subarray(42) as Uint8Array)).not.toThrow();
  });
});
