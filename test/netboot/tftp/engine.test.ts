import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_TRANSFERS_PER_LEG } from '../../../src/netboot/tftp/engine.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { type Mac, parseMac } from '../../../src/wire/address.ts';
import { encodeTftp } from '../../../src/wire/tftp/index.ts';
import { EngineRig, legOf } from './engine-rig.ts';

let rig: EngineRig;

beforeEach(() => {
  rig = new EngineRig().twoSlots();
});

afterEach(() => rig.close());

const request = (name: string) => encodeTftp({ kind: 'rrq', name, mode: 'octet', options: {} });

describe('a file', () => {
  it('is fetched in full, and said so', async () => {
    expect(await rig.fetch(1, 2000, 'bootcode.bin')).toBe('b'.repeat(1300));
    expect(rig.events).toMatchObject([
      { type: 'first_request', slot: 1, name: 'bootcode.bin' },
      { type: 'request', slot: 1, name: 'bootcode.bin', path: 'bootcode.bin', outcome: 'served' },
      { type: 'complete', slot: 1, path: 'bootcode.bin', bytes: 1300, blksize: 512, windowsize: 1, retransmits: 0 },
    ]);
    expect(rig.engine.stats()).toMatchObject({ served: 1, complete: 1, bytes: 1300, activeTransfers: 0 });
  });

  it("made for the slot is the slot's own", async () => {
    expect(await rig.fetch(1, 2000, '00000001/config.txt')).toBe('# slot 1\n');
    expect(await rig.fetch(2, 2000, '00000002/config.txt')).toBe('# slot 2\n');
    expect(rig.ofType('complete')[1]).toMatchObject({ slot: 2, name: '00000002/config.txt', path: 'config.txt' });
  });

  it('leaves by the interface and from the address that the request came to', async () => {
    const { to } = await rig.ask(2, 2345, 'bootcode.bin');
    expect(to).toEqual({ ifindex: 102, localAddress: 0x0a000201, peerAddress: 0x0a000202, peerPort: 2345 });
  });

  it('comes in windows, and its empty last block alone', async () => {
    const { packet, line } = await rig.ask(1, 2000, '00000001/kernel8.img', { windowsize: 4, blksize: 1024, tsize: 0 });
    expect(packet).toEqual({ kind: 'oack', options: { windowsize: 4, blksize: 1024, tsize: 5120 } });
    rig.ack(1, 2000, line, 0);
    const first = await rig.take(4);
    expect(first.map(({ packet }) => packet)).toMatchObject([{ block: 1 }, { block: 2 }, { block: 3 }, { block: 4 }]);
    rig.ack(1, 2000, line, 4);
    const rest = await rig.take(2);
    expect(rest.map(({ packet }) => packet)).toMatchObject([
      { block: 5, data: { length: 1024 } },
      { block: 6, data: { length: 0 } },
    ]);
    rig.ack(1, 2000, line, 6);
    expect(rig.ofType('complete')).toMatchObject([{ bytes: 5120, blksize: 1024, windowsize: 4 }]);
  });
});

describe('identity', () => {
  it.each([
    ['an interface of no leg', { ifindex: 7 }, 'unknownLeg'],
    ['the interface of another leg', { ifindex: 102 }, 'wrongDestination'],
    ['a broadcast', { to: '255.255.255.255' }, 'wrongDestination'],
    ['the address of another leg', { to: '10.0.2.1' }, 'wrongDestination'],
    ['another source in the same net', { from: '10.0.1.3' }, 'wrongSource'],
    ['the source of another board', { from: '10.0.2.2' }, 'wrongSource'],
    ['no source', { from: '0.0.0.0' }, 'wrongSource'],
  ])('%s is dropped and counted', (_title, wrong, counter) => {
    const right = { ifindex: 101, from: '10.0.1.2', to: '10.0.1.1', port: 2000, bytes: request('bootcode.bin') };
    rig.deliver(-1, [{ ...right, ...wrong } as never]);
    rig.deliver(0, [{ ...right, ...wrong } as never]);
    expect(rig.engine.stats()).toMatchObject({ [counter]: 2 });
    expect(rig.events).toEqual([]);
    expect(rig.sent).toEqual([]);
  });

  it("of one slot does not open what is another's", async () => {
    const { packet } = await rig.ask(2, 2000, '00000001/config.txt');
    expect(packet).toEqual({ kind: 'error', code: 1, message: 'File not found' });
    expect(rig.ofType('request')).toMatchObject([
      { slot: 2, outcome: 'refused', reason: expect.stringContaining('00000001') },
    ]);
  });

  it('is learnt once from start4.elf, and then holds', async () => {
    rig.engine.setTree(rig.tree(1));
    rig.rrq(1, 2000, 'cafecafe/start4.elf');
    rig.rrq(1, 2001, 'cafecafe/start4.elf');
    await rig.take(2);
    expect(rig.ofType('serial_learned')).toMatchObject([{ slot: 1, serial: 'cafecafe' }]);
    expect((await rig.ask(1, 2002, 'beefbeef/config.txt')).packet).toMatchObject({ kind: 'error', code: 1 });
    rig.engine.setTree(rig.tree(1));
    expect((await rig.ask(1, 2003, 'beefbeef/config.txt')).packet).toMatchObject({ kind: 'error', code: 1 });
    rig.engine.setTree(rig.tree(2));
    expect((await rig.ask(2, 2003, 'cafecafe/start4.elf')).packet).toMatchObject({ kind: 'error', code: 1 });
  });

  it.each<[string, () => void]>([
    ['another MAC', () => rig.engine.setTree(rig.tree(1, { mac: parseMac('dc:a6:32:00:00:01') as Mac }))],
    [
      'removal',
      () => {
        rig.engine.removeTree(slotNumber(1));
        rig.engine.setTree(rig.tree(1));
      },
    ],
    ['a serial from elsewhere', () => rig.engine.setTree(rig.tree(1, { knownSerial: 'beefbeef' }))],
  ])('that was learnt is forgotten with %s', async (_title, change) => {
    rig.engine.setTree(rig.tree(1));
    await rig.ask(1, 2000, 'cafecafe/start4.elf');
    change();
    expect((await rig.ask(1, 2001, 'beefbeef/config.txt')).packet).toMatchObject({ kind: 'data' });
  });
});

describe('requests that get an ERROR', () => {
  it.each([
    ['a missing file', '00000001/nothing.dtb', 1, 'missing-unexpected', 'not in the image'],
    ['a file missing in every boot', '00000001/recovery.elf', 1, 'missing-expected', undefined],
    ['a path that leaves', '00000001/../first/bootcode.bin', 1, 'refused', 'name with an empty, . or .. part'],
  ])('%s', async (_title, name, code, outcome, reason) => {
    expect((await rig.ask(1, 2000, name)).packet).toMatchObject({ kind: 'error', code });
    expect(rig.ofType('request')).toMatchObject([{ name, outcome, ...(reason && { reason }) }]);
  });

  it.each([
    ['pieeprom.upd', 'missing-expected'],
    ['pieeprom.new', 'refused'],
    ['recovery.bin', 'refused'],
    ['link', 'refused'],
  ])('for %s, though it lies in the image: what reflashes a board, or leads out', async (name, outcome) => {
    if (name === 'link') symlinkSync('/etc/hostname', join(rig.directory, 'boot/link'));
    else rig.write(`boot/${name}`, 'of no good');
    expect((await rig.ask(1, 2000, `00000001/${name}`)).packet).toMatchObject({ kind: 'error', code: 1 });
    expect(rig.ofType('request')).toMatchObject([{ path: expect.stringMatching(name), outcome }]);
  });

  it('to write', async () => {
    rig.from(1, 2000, -1, { kind: 'wrq', name: '00000001/config.txt', mode: 'octet', options: {} });
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'error', code: 2 });
    expect(rig.ofType('request')).toMatchObject([{ outcome: 'refused', reason: 'write request' }]);
    expect(rig.ofType('first_request')).toEqual([]);
  });

  it('in netascii', async () => {
    rig.from(1, 2000, -1, { kind: 'rrq', name: 'bootcode.bin', mode: 'netascii', options: {} });
    expect((await rig.take())[0]!.packet).toMatchObject({
      kind: 'error',
      code: 0,
      message: 'Only octet mode is served',
    });
  });

  it('that are malformed', async () => {
    rig.from(1, 2000, -1, Buffer.from('\0\x01bootcode.bin'));
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'error', code: 4 });
    rig.from(1, 2000, -1, Buffer.from('\0\x09'));
    rig.from(1, 2000, -1, Buffer.from(''));
    expect(rig.sent).toEqual([]);
    expect(rig.engine.stats()).toMatchObject({ malformed: 3 });
  });

  it('of a slot without a tree', async () => {
    rig.engine.removeTree(slotNumber(1));
    expect((await rig.ask(1, 2000, 'bootcode.bin')).packet).toMatchObject({ kind: 'error', code: 1 });
    expect(rig.ofType('request')).toMatchObject([{ outcome: 'refused', reason: 'slot 1 has no boot tree' }]);
  });

  it('while the directory is not there: the board is told nothing of it, the event all', async () => {
    rig.engine.setTree(rig.tree(1, { firstStage: '/nonexistent/pirack' }));
    expect((await rig.ask(1, 2000, 'bootcode.bin')).packet).toEqual({
      kind: 'error',
      code: 0,
      message: 'Cannot read the file now',
    });
    expect(rig.ofType('request')).toMatchObject([
      { outcome: 'refused', reason: expect.stringMatching(/\/nonexistent\/pirack: ENOENT/) },
    ]);
  });

  it('are named in events without what could break a log line', async () => {
    await rig.ask(1, 2000, 'a\nb\x1b[31m\xff');
    expect(rig.ofType('request')).toMatchObject([{ name: 'a?b?[31m?', outcome: 'refused' }]);
  });
});

describe('time', () => {
  it('sends again, gives up, and then rests', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    rig.clock.advance(300);
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'data', block: 1 });
    rig.clock.advance(10_000);
    expect(rig.ofType('failed')).toMatchObject([
      {
        cause: 'silent',
        path: 'bootcode.bin',
        bytes: 0,
        size: 1300,
        reason: 'no ACK for 10000 ms; 0 of 3 blocks acknowledged',
      },
    ]);
    rig.clock.advance(6000);
    expect(rig.clock.timers).toBe(0);
    rig.sent.splice(0);
    rig.clock.advance(60_000);
    expect(rig.sent).toEqual([]);
  });

  it('tells once a second how far a transfer is, while it goes on', async () => {
    const { line } = await rig.ask(1, 2000, '00000001/kernel8.img');
    for (let block = 1; block <= 5; block++) {
      rig.clock.advance(401);
      rig.ack(1, 2000, line, block);
    }
    rig.clock.advance(5000);
    expect(rig.ofType('progress').map(({ path, bytes, size }) => [path, bytes, size])).toEqual([
      ['kernel8.img', 1024, 5120],
      ['kernel8.img', 2048, 5120],
      ['kernel8.img', 2560, 5120],
    ]);
  });

  it('tells a new boot by 20 s without a request', async () => {
    await rig.ask(1, 2000, 'bootsig.bin');
    rig.clock.advance(19_000);
    await rig.ask(1, 2000, 'bootsig.bin');
    expect(rig.ofType('first_request')).toHaveLength(1);
    rig.clock.advance(20_001);
    await rig.ask(1, 2000, 'bootsig.bin');
    expect(rig.ofType('first_request')).toHaveLength(2);
  });
});

describe('limits of a leg', () => {
  it('let the transfer go that was silent longest', async () => {
    for (let i = 0; i < MAX_TRANSFERS_PER_LEG; i++) {
      await rig.ask(1, 3000 + i, 'bootcode.bin');
      rig.clock.advance(1);
    }
    rig.ack(1, 3000, 0, 1);
    await rig.take();
    await rig.ask(1, 4000, 'bootcode.bin');
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: MAX_TRANSFERS_PER_LEG, replaced: 1 });
    rig.ack(1, 3001, 0, 1);
    rig.ack(1, 3000, 0, 2);
    expect((await rig.take()).map(({ to }) => to.peerPort)).toEqual([3000]);
  });

  it('leave requests unanswered that come too fast, and other legs alone', async () => {
    for (let i = 0; i < 400; i++) rig.rrq(1, 2000, `nothing-${i}`);
    expect(rig.engine.stats()).toMatchObject({ limited: 100 });
    await rig.take();
    expect((await rig.ask(2, 2000, 'bootcode.bin')).packet).toMatchObject({ kind: 'data' });
    rig.clock.advance(10);
    rig.rrq(1, 2000, 'bootsig.bin');
    rig.rrq(1, 2001, 'bootsig.bin');
    expect((await rig.take()).length).toBe(1);
    expect(rig.engine.stats()).toMatchObject({ limited: 101 });
  });

  it('bound what is looked up at a time', async () => {
    for (let i = 0; i < 20; i++) rig.rrq(1, 3000 + i, 'bootcode.bin');
    expect(rig.engine.stats()).toMatchObject({ limited: 20 - MAX_TRANSFERS_PER_LEG });
    expect((await rig.take(MAX_TRANSFERS_PER_LEG)).length).toBe(MAX_TRANSFERS_PER_LEG);
  });
});

describe('changes', () => {
  it('of a leg end its transfers and what is looked up, and no others', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    await rig.ask(2, 2000, 'bootcode.bin');
    rig.rrq(1, 2001, '00000001/kernel8.img');
    rig.engine.setLegs([legOf(1, { ifindex: 201 }), legOf(2)]);
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1 });
    rig.ack(1, 2000, 0, 1);
    expect(rig.engine.stats()).toMatchObject({ unknownLeg: 1 });
    rig.ack(2, 2000, 0, 1);
    expect((await rig.take()).map(({ to }) => to.ifindex)).toEqual([102]);
  });

  it('of nothing leave transfers as they are', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    rig.engine.setLegs([legOf(2), legOf(1)]);
    rig.engine.setTree(rig.tree(1, { assigned: false }));
    rig.ack(1, 2000, 0, 1);
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'data', block: 2 });
  });

  it('take a tree away with its transfers', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    rig.rrq(1, 2001, '00000001/kernel8.img');
    rig.engine.removeTree(slotNumber(1));
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 0, replaced: 1 });
    expect((await rig.ask(2, 2000, 'bootcode.bin')).to.ifindex).toBe(102);
  });

  it('to a file are served from the next request on', async () => {
    expect(await rig.fetch(1, 2000, '00000001/start4.elf')).toBe('s'.repeat(1000));
    rig.write('boot/start4.elf', 'new');
    rig.clock.advance(1000);
    expect(await rig.fetch(1, 2000, '00000001/start4.elf')).toBe('new');
  });

  it('closing closes all sockets and leaves no timer', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    rig.engine.close();
    expect([rig.listen, ...rig.lines].every(({ closed }) => closed)).toBe(true);
    expect(rig.clock.timers).toBe(0);
  });
});

describe('a leg that cannot be sent to', () => {
  it('is said once in 10 s, and all are counted', () => {
    const fail = (ifindex: number) => rig.lines[0]!.sendErrorHandler(ifindex, 100, 'ENETDOWN');
    for (let i = 0; i < 5; i++) fail(101);
    fail(102);
    fail(999);
    rig.clock.advance(10_000);
    fail(101);
    expect(rig.ofType('send_error').map(({ slot, error }) => [slot, error])).toEqual([
      [1, 'ENETDOWN'],
      [2, 'ENETDOWN'],
      [1, 'ENETDOWN'],
    ]);
    expect(rig.engine.stats()).toMatchObject({ sendErrors: 8 });
  });
});
