import { describe, expect, it } from 'vitest';
import { openUdp6 } from '../../src/net/udp6.ts';
import { ipv6Bytes, sameIpv6 } from '../../src/wire/ipv6-text.ts';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

interface Inet6 {
  solicited: unknown[][];
  advertised: unknown[][];
  failures: string[];
  asked: unknown[][];
  answered: string[];
}

const LEGS = ['leg1', 'leg2', 'leg3'];
const GROUP = 'ff020000000000000000000000010002';

describeWith(SEALED)('IPv6 sockets on three legs', () => {
  it('hear solicitations alone, and answer each on its own leg', async () => {
    const seen = await sealed<Inet6>('inet6.ts');
    expect(seen.solicited.toSorted()).toEqual(LEGS.map((leg) => [leg, 133, 255, 'ff02']));
    expect(seen.advertised.toSorted()).toEqual(LEGS.map((leg) => [leg, leg, 255, 'fe80']));
    expect(seen.failures).toEqual(['EADDRINUSE', 'EADDRNOTAVAIL', 'ENODEV']);
    expect(seen.asked.toSorted()).toEqual(LEGS.map((leg) => [leg, GROUP, leg, false]));
    expect(seen.answered.toSorted()).toEqual(LEGS.map((leg) => `${leg} re: ${leg}`));
  });
});

describe('an IPv6 socket', () => {
  it('refuses addresses that are not 16 bytes', () => {
    const socket = openUdp6({ port: 0, address: ipv6Bytes('::1') });
    const to = { ifindex: 1, peerAddress: new Uint8Array(4), peerPort: 9 };
    expect(() => socket.send(new Uint8Array(1), to)).toThrow('16 bytes');
    expect(socket.pending).toBe(0);
    socket.close();
  });
});

describe('ipv6Bytes', () => {
  it.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fd20:0:0:1::1', 'fd200000000000010000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1::8', '00010000000000000000000000000008'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['::ffff:192.0.2.33', '00000000000000000000ffffc0000221'],
  ])('reads %s', (text, hex) => {
    expect(Buffer.from(ipv6Bytes(text)).toString('hex')).toBe(hex);
  });

  it.each(['', '1.2.3.4', 'fe80::1%eth0', ':::', '1:2:3:4:5:6:7:8:9', 'g::'])('refuses %j', (text) => {
    expect(() => ipv6Bytes(text)).toThrow(RangeError);
  });

  it('compares by value', () => {
    expect(sameIpv6('fd00:0:0::1', 'FD00::0001')).toBe(true);
    expect(sameIpv6('fd00::1', 'fd00::2')).toBe(false);
  });
});
