import { EventEmitter } from 'node:events';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { startTftp, type TftpEvent, type TftpThread } from '../../../src/netboot/tftp/client.ts';
import type { FromThread, ThreadOptions, ToThread } from '../../../src/netboot/tftp/messages.ts';
import type { BootTree } from '../../../src/netboot/tree/types.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { legOf } from './engine-rig.ts';
import { ManualClock } from './manual-clock.ts';

class FakeThread extends EventEmitter implements TftpThread {
  readonly options: ThreadOptions;
  readonly messages: ToThread[] = [];
  terminated = false;

  constructor(options: ThreadOptions) {
    super();
    this.options = options;
  }

  postMessage(message: ToThread): void {
    this.messages.push(message);
  }

  terminate(): Promise<void> {
    this.terminated = true;
    this.emit('exit', 1);
    return Promise.resolve();
  }

  say(message: FromThread): void {
    this.emit('message', message);
  }

  ready(): void {
    this.say({ type: 'ready', port: 69, linePorts: [4001, 4002, 4003, 4004], ipv6: undefined });
  }

  die(message = 'out of memory'): void {
    this.emit('error', new Error(message));
    this.emit('exit', 1);
  }

  of<T extends ToThread['type']>(type: T): Extract<ToThread, { type: T }>[] {
    return this.messages.filter((message): message is Extract<ToThread, { type: T }> => message.type === type);
  }
}

let clock: ManualClock;
let threads: FakeThread[];
let autoReady: boolean;
const log = pino({ level: 'silent' });

async function start() {
  const server = await startTftp({
    log,
    clock,
    startThread: (options) => {
      const thread = new FakeThread(options);
      threads.push(thread);
      if (autoReady) queueMicrotask(() => thread.ready());
      return thread;
    },
  });
  const events: TftpEvent[] = [];
  server.onEvent((batch) => events.push(...batch));
  return { server, events };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const last = () => threads.at(-1) as FakeThread;
const tree = (slot: number, more: Partial<BootTree> = {}): BootTree => ({
  slot: slotNumber(slot),
  assigned: false,
  firstStage: '/first',
  rendered: {},
  ...more,
});

beforeEach(() => {
  clock = new ManualClock();
  threads = [];
  autoReady = true;
});

describe('the start', () => {
  it('is done when the thread serves, on the ports that it says', async () => {
    const { server } = await start();
    expect(last().options).toMatchObject({ port: 69, linePorts: [0, 0, 0, 0] });
    expect(server.port).toBe(69);
    expect(server.linePorts).toEqual([4001, 4002, 4003, 4004]);
    expect(clock.timers).toBe(0);
  });

  it('fails with the error of the thread, and is not tried again', async () => {
    autoReady = false;
    const started = start();
    last().die('bind EADDRINUSE');
    await expect(started).rejects.toMatchObject({
      name: 'TftpUnavailable',
      message: 'the TFTP thread did not start: bind EADDRINUSE',
      cause: expect.objectContaining({ message: 'bind EADDRINUSE' }),
    });
    clock.advance(60_000);
    expect(threads).toHaveLength(1);
  });

  it('fails when the thread says nothing for 30 s', async () => {
    autoReady = false;
    const started = start();
    clock.advance(30_000);
    await expect(started).rejects.toThrow('the TFTP thread was not ready within 30000 ms');
    expect(last().terminated).toBe(true);
  });

  it('needs two line ports', async () => {
    await expect(startTftp({ log, clock, linePorts: [1] })).rejects.toThrow(RangeError);
  });
});

describe('a thread that dies', () => {
  it('is reported and started again on the same ports, with the same legs and trees', async () => {
    const { server, events } = await start();
    server.setLegs([legOf(1), legOf(2)]);
    for (const slot of [1, 2, 3]) server.setTree(tree(slot));
    server.removeTree(slotNumber(3));
    last().die();
    expect(events).toEqual([{ type: 'crashed', at: clock.now(), reason: 'out of memory', restartIn: 100 }]);
    server.setTree(tree(2, { assigned: true }));
    clock.advance(99);
    expect(threads).toHaveLength(1);
    clock.advance(1);
    await turn();
    expect(threads).toHaveLength(2);
    expect(last().options).toMatchObject({ port: 69, linePorts: [4001, 4002, 4003, 4004] });
    expect(last().of('legs')).toEqual([{ type: 'legs', legs: [legOf(1), legOf(2)] }]);
    expect(
      last()
        .of('tree')
        .map((message) => message.tree),
    ).toEqual([tree(1), tree(2, { assigned: true })]);
  });

  it('again and again is waited for longer and longer, up to 10 s, until one lives for a minute', async () => {
    const { events } = await start();
    for (let i = 0; i < 9; i++) {
      last().die();
      clock.advance(10_000);
      await turn();
    }
    const waits = () => events.map((event) => (event.type === 'crashed' ? event.restartIn : 0));
    expect(waits()).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    clock.advance(60_000);
    last().die();
    expect(waits().at(-1)).toBe(100);
  });

  it('before it serves again counts as another crash', async () => {
    const { events } = await start();
    last().die('first');
    autoReady = false;
    clock.advance(100);
    last().die('second');
    await turn();
    expect(events).toMatchObject([
      { reason: 'first', restartIn: 100 },
      { reason: expect.stringContaining('second'), restartIn: 200 },
    ]);
    autoReady = true;
    clock.advance(200);
    await turn();
    expect(threads).toHaveLength(3);
  });

  it('without an error is named by its code', async () => {
    const { events } = await start();
    last().emit('exit', 7);
    expect(events).toMatchObject([{ reason: 'it ended with code 7' }]);
  });
});

describe('a serial that was learnt', () => {
  const learnt = async () => {
    const { server } = await start();
    server.setTree(tree(1));
    last().say({
      type: 'events',
      events: [{ type: 'serial_learned', slot: slotNumber(1), at: millis(1), serial: 'cafecafe' }],
    });
    return server;
  };
  const afterRestart = async () => {
    last().die();
    clock.advance(100);
    await turn();
    return last().of('tree')[0]!.tree.knownSerial;
  };

  it('is told to the next thread', async () => {
    const server = await learnt();
    server.setTree(tree(1, { assigned: true }));
    expect(await afterRestart()).toBe('cafecafe');
  });

  it.each([
    ['another MAC', { mac: parseMac('dc:a6:32:00:00:01') }, undefined],
    ['a serial from elsewhere', { knownSerial: 'beefbeef' }, 'beefbeef'],
  ])('gives way to %s', async (_title, more, serial) => {
    const server = await learnt();
    server.setTree(tree(1, more));
    expect(await afterRestart()).toBe(serial);
  });
});

describe('a directory to have in memory', () => {
  it('is read by every thread, and waited for once', async () => {
    const { server } = await start();
    let warmed = 0;
    const asked = [server.warm('/a'), server.warm('/b'), server.warm('/a')].map((one) => one.then(() => warmed++));
    const [a, b, again] = last().of('warm');
    last().say({ type: 'warmed', id: b!.id });
    await turn();
    expect(warmed).toBe(1);
    last().say({ type: 'warmed', id: again!.id });
    last().say({ type: 'warmed', id: a!.id });
    await Promise.all(asked);
    last().die();
    clock.advance(100);
    await turn();
    expect(
      last()
        .of('warm')
        .map(({ directory }) => directory),
    ).toEqual(['/a', '/b']);
  });

  it('is asked for again where the thread died over it', async () => {
    const { server } = await start();
    const asked = [server.warm('/a'), server.warm('/a')];
    last().die();
    asked.push(server.warm('/a'));
    clock.advance(100);
    await turn();
    expect(last().of('warm')).toHaveLength(1);
    last().say({ type: 'warmed', id: last().of('warm')[0]!.id });
    await Promise.all(asked);
  });

  it('keeps nobody waiting at the stop', async () => {
    const { server } = await start();
    const asked = server.warm('/a');
    const stopped = server.stop();
    last().emit('exit', 0);
    await Promise.all([asked, stopped]);
  });
});

describe('stats', () => {
  const stats = { served: 5 } as never;

  it('come from the thread', async () => {
    const { server } = await start();
    const [first, second] = [server.stats(), server.stats()];
    const [a, b] = last().of('stats');
    last().say({ type: 'stats', id: b!.id, stats: { served: 6 } as never });
    last().say({ type: 'stats', id: a!.id, stats });
    expect(await first).toBe(stats);
    expect(await second).toEqual({ served: 6 });
    expect(clock.timers).toBe(0);
  });

  it('are refused while there is no thread, when it dies, and when it is silent', async () => {
    const { server } = await start();
    const silent = server.stats();
    clock.advance(2000);
    await expect(silent).rejects.toMatchObject({
      name: 'TftpUnavailable',
      message: expect.stringContaining('2000 ms'),
    });
    const dying = server.stats();
    last().die();
    await expect(dying).rejects.toThrow('the TFTP thread ended: out of memory');
    await expect(server.stats()).rejects.toThrow('not running');
  });
});

describe('the stop', () => {
  it('waits for the thread and starts no other', async () => {
    const { server, events } = await start();
    const stopped = server.stop();
    expect(last().of('stop')).toHaveLength(1);
    last().emit('exit', 0);
    await stopped;
    clock.advance(60_000);
    expect(threads).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('ends a thread that does not', async () => {
    const { server } = await start();
    const stopped = server.stop();
    clock.advance(2000);
    await stopped;
    expect(last().terminated).toBe(true);
  });

  it('between a crash and the restart cancels the restart', async () => {
    const { server } = await start();
    last().die();
    await server.stop();
    clock.advance(60_000);
    expect(threads).toHaveLength(1);
  });

  it('while the thread is starting again waits for it too', async () => {
    const { server, events } = await start();
    last().die();
    autoReady = false;
    clock.advance(100);
    const stopped = server.stop();
    expect(last().of('stop')).toHaveLength(1);
    last().emit('exit', 0);
    await stopped;
    clock.advance(60_000);
    await turn();
    expect(threads).toHaveLength(2);
    expect(events).toHaveLength(1);
  });
});
