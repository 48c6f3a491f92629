import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { encodeTftp, type TftpOptions, type TftpPacket } from '../../../src/wire/tftp/index.ts';
import { EngineRig, type Incoming6, leg6Of, legOf } from './engine-rig.ts';

const BOARD = '2001:db8:0:1::2';
const CONTROLLER = '2001:db8:0:1::1';
const NAME = '00000001/start4.elf';

let rig: EngineRig;

/** Slot 1 boots over IPv6, slot 2 does not. */
beforeEach(() => {
  rig = new EngineRig().twoSlots();
  rig.engine.setLegs([leg6Of(1), legOf(2)]);
});

afterEach(() => rig.close());

function deliver(line: number, packet: TftpPacket, change: Partial<Incoming6> = {}): void {
  const datagram = { ifindex: 101, from: BOARD, to: CONTROLLER, port: 2000, bytes: encodeTftp(packet), ...change };
  rig.deliver6(line, [datagram]);
}

const read = (name: string, change: Partial<Incoming6> = {}, options: TftpOptions = {}) =>
  deliver(-1, { kind: 'rrq', name, mode: 'octet', options }, change);
const ack = (line: number, block: number, change: Partial<Incoming6> = {}) =>
  deliver(line, { kind: 'ack', block }, change);

describe('a board that boots over IPv6', () => {
  it('gets the same tree as by IPv4, from the address that it asked', async () => {
    read(NAME);
    const [first] = await rig.take6();
    expect(first?.packet).toMatchObject({ kind: 'data', block: 1 });
    const to = { ifindex: 101, peerPort: 2000, localAddress: ipv6Bytes(CONTROLLER), peerAddress: ipv6Bytes(BOARD) };
    expect(first?.to).toEqual(to);
    ack(first?.line as number, 1);
    const [second] = await rig.take6();
    ack(second?.line as number, 2);
    expect(rig.ofType('complete')).toMatchObject([{ slot: 1, name: NAME, path: 'start4.elf', bytes: 1000 }]);
    expect(rig.ofType('first_request')).toMatchObject([{ slot: 1 }]);
    expect(rig.sent).toEqual([]);
    expect(rig.engine.stats()).toMatchObject({ served: 1, complete: 1, activeTransfers: 0 });
  });

  it('may ask from any address of its /64 and from its link-local one, and is answered there', async () => {
    for (const [port, from, to] of [
      [2001, '2001:db8:0:1:dea6:32ff:fe00:1', CONTROLLER],
      [2002, 'fe80::dea6:32ff:fe00:1', CONTROLLER],
      [2003, 'fe80::dea6:32ff:fe00:1', 'fe80::1'],
    ] as const) {
      read('bootcode.bin', { port, from, to });
      const [answer] = await rig.take6();
      expect(answer?.to).toMatchObject({ peerAddress: ipv6Bytes(from), localAddress: ipv6Bytes(to), peerPort: port });
    }
  });

  it('gets blocks that are no fragments after 40 bytes of IPv6, or within the MTU that it was told', async () => {
    read(NAME, {}, { blksize: 1468 });
    expect((await rig.take6())[0]?.packet).toEqual({ kind: 'oack', options: { blksize: 1448 } });
    rig.engine.setLegs([leg6Of(1, 1280)]);
    read(NAME, {}, { blksize: 1468 });
    expect((await rig.take6())[0]?.packet).toEqual({ kind: 'oack', options: { blksize: 1228 } });
  });

  it('may use one port number by both protocols', async () => {
    rig.rrq(1, 2000, NAME);
    const [by4] = await rig.take();
    read(NAME);
    const [by6] = await rig.take6();
    ack(by6?.line as number, 1);
    rig.ack(1, 2000, by4?.line as number, 1);
    expect((await rig.take6())[0]?.packet).toMatchObject({ block: 2 });
    expect((await rig.take())[0]?.packet).toMatchObject({ block: 2 });
  });

  it('is bounded by the requests of its leg, whichever protocol they come by', async () => {
    for (let i = 0; i < 200; i++) rig.rrq(1, 3000, `00000001/a${i}`);
    for (let i = 0; i < 200; i++) read(`00000001/b${i}`, { port: 3000 });
    await rig.settled();
    expect(rig.engine.stats().limited).toBe(100);
  });

  it('is let go with its leg', async () => {
    read(NAME);
    await rig.take6();
    rig.engine.setLegs([legOf(1)]);
    expect(rig.engine.stats().activeTransfers).toBe(0);
    read(NAME);
    await rig.settled();
    expect(rig.sent6).toEqual([]);
    expect(rig.engine.stats().unknownLeg).toBe(1);
  });
});

describe('identity', () => {
  it.each([
    ['the interface of a slot that boots by IPv4 alone', { ifindex: 102, to: '2001:db8:0:2::1' }, 'unknownLeg'],
    ['an interface of no leg', { ifindex: 7 }, 'unknownLeg'],
    ["the controller's address on another leg", { to: '2001:db8:0:2::1' }, 'wrongDestination'],
    ['all nodes', { to: 'ff02::1' }, 'wrongDestination'],
    ['an address of another slot', { from: '2001:db8:0:2::2' }, 'wrongSource'],
    [
      'an address that is routed to the slot, which does not boot from there',
      { from: '2001:db8:4000::1' },
      'wrongSource',
    ],
    ["the controller's own address", { from: CONTROLLER }, 'wrongSource'],
    ['no address', { from: '::' }, 'wrongSource'],
    ['an IPv4 address in IPv6 clothes', { from: '::ffff:10.0.1.2' }, 'wrongSource'],
  ] as const)('%s is answered with silence', async (_title, change, counter) => {
    read(NAME, change);
    await rig.settled();
    expect(rig.sent6).toEqual([]);
    expect(rig.engine.stats()[counter]).toBe(1);
  });

  it('of a transfer is its address too: another address of the board does not get on with it', async () => {
    read('00000001/kernel8.img');
    const [first] = await rig.take6();
    const line = first?.line as number;
    ack(line, 1, { from: '2001:db8:0:1::3' });
    deliver(line, { kind: 'error', code: 0, message: 'Early terminate' }, { from: '2001:db8:0:1::3' });
    await rig.settled();
    expect(rig.sent6.map(({ packet }) => packet)).toMatchObject([{ kind: 'error', code: 5 }]);
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1, stray: 2 });
    rig.sent6.splice(0);
    ack(line, 1);
    expect((await rig.take6())[0]?.packet).toMatchObject({ kind: 'data', block: 2 });
  });
});
