import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineRig } from './engine-rig.ts';

let rig: EngineRig;

beforeEach(() => {
  rig = new EngineRig().twoSlots();
});

afterEach(() => rig.close());

describe('transfer ids', () => {
  it('differ from one transfer of a client port to the next', async () => {
    const lines = [];
    for (const name of ['a', 'b', 'c', 'd']) lines.push((await rig.ask(1, 2000, name)).line);
    expect(lines).toEqual([0, 1, 2, 0]);
  });

  it('share a socket as long as client ports differ, so that batches are large', async () => {
    const lines = [];
    for (const port of [2000, 2001, 2002]) lines.push((await rig.ask(1, port, 'bootcode.bin')).line);
    expect(lines).toEqual([0, 0, 0]);
  });

  it('may be the same again once late packets are not to be expected any more', async () => {
    await rig.fetch(1, 2000, 'bootcode.bin');
    expect((await rig.ask(1, 2000, 'bootsig.bin')).line).toBe(1);
    rig.clock.advance(5100);
    expect((await rig.ask(1, 2000, 'bootcode.bin')).line).toBe(0);
  });

  it('of strangers get ERROR 5, and the transfer goes on', async () => {
    const { line } = await rig.ask(1, 2000, 'bootcode.bin');
    rig.ack(1, 2999, line, 1);
    const [stranger] = await rig.take();
    expect(stranger).toMatchObject({ line, to: { peerPort: 2999 }, packet: { kind: 'error', code: 5 } });
    rig.ack(1, 2000, line, 1);
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'data', block: 2 });
    // The right port to the wrong line is a stranger as well.
    rig.ack(1, 2000, (line + 1) % 3, 2);
    expect((await rig.take())[0]).toMatchObject({ line: (line + 1) % 3, packet: { kind: 'error', code: 5 } });
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1, stray: 2 });
  });

  it('of strangers that send an ERROR get no answer, so that two servers cannot talk for ever', () => {
    rig.error(1, 2999, 1);
    rig.error(1, 2999, -1);
    expect(rig.sent).toEqual([]);
  });

  it('of a finished transfer are left in peace for a while', async () => {
    await rig.fetch(1, 2000, '00000001/config.txt');
    rig.ack(1, 2000, 0, 1);
    rig.clock.advance(4900);
    rig.ack(1, 2000, 0, 1);
    expect(rig.sent).toEqual([]);
    rig.clock.advance(200);
    rig.ack(1, 2000, 0, 1);
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'error', code: 5 });
  });

  it('do not take DATA or OACK for anything', async () => {
    const { line } = await rig.ask(1, 2000, 'bootcode.bin');
    rig.from(1, 2000, line, { kind: 'data', block: 1, data: Buffer.alloc(512) });
    rig.from(1, 2000, line, { kind: 'oack', options: {} });
    rig.from(1, 2000, line, Buffer.from([0]));
    rig.from(1, 2000, -1, { kind: 'ack', block: 1 });
    expect(rig.sent).toEqual([]);
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1, stray: 3, malformed: 1 });
  });
});

describe('a size probe', () => {
  it.each([
    ['to its own line', (line: number) => line],
    ['to port 69', () => -1],
    ['to the line of another transfer', (line: number) => (line + 2) % 3],
  ])('ends quietly with an ERROR %s', async (_title, to) => {
    const { line } = await rig.ask(1, 2000, '00000001/start4.elf', { tsize: 0 });
    rig.error(1, 2000, to(line));
    expect(rig.sent).toEqual([]);
    expect(rig.engine.stats()).toMatchObject({ probes: 1, failed: 0, activeTransfers: 0 });
    expect(rig.ofType('failed')).toEqual([]);
    rig.clock.advance(1000);
    expect(rig.sent).toEqual([]);
  });

  it('is told from a client that gives up half-way', async () => {
    const { line } = await rig.ask(1, 2000, 'bootcode.bin');
    rig.ack(1, 2000, line, 1);
    await rig.take();
    rig.error(1, 2000, line, 'disk\nfull');
    expect(rig.ofType('failed')).toMatchObject([
      { cause: 'aborted', bytes: 512, size: 1300, reason: 'the client sent ERROR 0: disk?full' },
    ]);
  });
});

describe('a request that comes again', () => {
  it('before its answer was taken gets the same answer from the same id', async () => {
    const first = await rig.ask(1, 2000, '00000001/start4.elf', { tsize: 0 });
    const again = await rig.ask(1, 2000, '00000001/start4.elf', { tsize: 0 });
    expect(again).toEqual(first);
    expect(rig.ofType('request')).toHaveLength(1);
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1 });
  });

  it('while it is looked up is answered once', async () => {
    rig.rrq(1, 2000, 'bootcode.bin');
    rig.rrq(1, 2000, 'bootcode.bin');
    await rig.take();
    expect(rig.ofType('request')).toHaveLength(1);
  });

  it('and crosses its answer does not disturb who has begun to take the file', async () => {
    const { line } = await rig.ask(1, 2000, 'bootcode.bin');
    rig.ack(1, 2000, line, 1);
    await rig.take();
    rig.rrq(1, 2000, 'bootcode.bin');
    rig.ack(1, 2000, line, 2);
    expect((await rig.take())[0]).toMatchObject({ line, packet: { kind: 'data', block: 3 } });
    rig.ack(1, 2000, line, 3);
    expect(rig.ofType('request')).toHaveLength(1);
    expect(rig.ofType('complete')).toMatchObject([{ bytes: 1300 }]);
  });

  it('after a silence in the middle of the transfer begins it anew under another id', async () => {
    const first = await rig.ask(1, 2000, 'bootcode.bin');
    rig.ack(1, 2000, first.line, 1);
    rig.clock.advance(250);
    await rig.take(2);
    const second = await rig.ask(1, 2000, 'bootcode.bin');
    expect(second.packet).toMatchObject({ kind: 'data', block: 1 });
    expect(second.line).not.toBe(first.line);
    rig.ack(1, 2000, first.line, 2);
    rig.clock.advance(249);
    expect(rig.sent).toEqual([]);
    expect(rig.engine.stats()).toMatchObject({ activeTransfers: 1, replaced: 1 });
  });

  it('for another name from the same port ends the transfer before it, even for a 404', async () => {
    await rig.ask(1, 2000, 'bootcode.bin');
    expect((await rig.ask(1, 2000, 'bootsig.bin')).packet).toMatchObject({ kind: 'error', code: 1 });
    rig.clock.advance(5000);
    expect(rig.sent).toEqual([]);
  });

  it('for another name while the first is looked up: only the last is answered', async () => {
    rig.rrq(1, 2000, 'bootcode.bin');
    rig.rrq(1, 2000, '00000001/config.txt');
    expect((await rig.take())[0]!.packet).toMatchObject({ kind: 'data', data: { length: 9 } });
    rig.rrq(1, 2001, 'nothing');
    await rig.take();
    expect(rig.ofType('request').map(({ name }) => name)).toEqual(['00000001/config.txt', 'nothing']);
  });
});
