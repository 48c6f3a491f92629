/** The TFTP server as the controller sees it: a handle on the thread, which is started again when it dies. */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { realClock } from '../../net/real-clock.ts';
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { BootTree } from '../tree/types.ts';
import type { TftpEvent } from './events.ts';
import type { TftpLeg } from './leg-state.ts';
import type { FromThread, ReadyIpv6, ThreadOptions, ThreadStats, ToThread } from './messages.ts';

export type { TftpEvent } from './events.ts';
export type { TftpLeg } from './leg-state.ts';
export type { ThreadStats } from './messages.ts';

export interface TftpServerOptions {
  /** 69 by default; 0 = any. */
  readonly port?: number;
  /** UDP ports that transfers go through, two at least: four of the system's choice by default. */
  readonly linePorts?: readonly number[];
  /** Serve IPv6 too, for the legs that have it; on port 69, or any where `port` is 0. */
  readonly ipv6?: boolean;
  readonly log: Logger;
  /** Path of a network namespace to serve in. */
  readonly netns?: string;
  /** SO_RCVBUF of every socket. */
  readonly receiveBufferBytes?: number;
  /** Off where boards read raw frames of a veth (see UdpOptions). */
  readonly segmentation?: boolean;
  /** Boot files held in memory at most. */
  readonly cacheBytes?: number;
  readonly clock?: Clock;
  /** Makes the thread; for tests. */
  readonly startThread?: (options: ThreadOptions) => TftpThread;
}

/** What is used of a Worker. */
export interface TftpThread {
  postMessage(message: ToThread): void;
  on(event: 'message', handler: (message: FromThread) => void): unknown;
  on(event: 'error', handler: (error: Error) => void): unknown;
  on(event: 'exit', handler: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

export interface TftpServer {
  readonly port: number;
  readonly linePorts: readonly number[];
  /** The ports of IPv6, or why there are none; undefined where it was not asked for. */
  readonly ipv6: ReadyIpv6 | undefined;
  /** All legs; those not named are served no more. */
  setLegs(legs: readonly TftpLeg[]): void;
  /** A serial that was learnt stays until a tree has one or has another MAC, or the tree was removed in between. */
  setTree(tree: BootTree): void;
  removeTree(slot: SlotNumber): void;
  /**
   * Reads the files of a boot directory into memory, in this thread and every later one. Resolves when they are there, or
   * cannot be; never rejects.
   */
  warm(directory: string): Promise<void>;
  /** Several handlers may be set. Events of one slot come in order. */
  onEvent(handler: (events: readonly TftpEvent[]) => void): void;
  /** Rejects with a TftpUnavailable while the thread is not there or does not answer. */
  stats(): Promise<ThreadStats>;
  stop(): Promise<void>;
}

/** The server did not start, or is not there now. `cause` is the error of the thread, where it had one. */
export class TftpUnavailable extends Error {
  override readonly name = 'TftpUnavailable';
}

const DEFAULT_LINES = 4;
const RECEIVE_BUFFER_BYTES = 4 << 20;
const CACHE_BYTES = 256 << 20;
/** A machine that itself has just started reads all of it from a cold disk, beside everything else. */
const START_LIMIT: Millis = millis(30_000);
const ANSWER_LIMIT: Millis = millis(2000);
const FIRST_RESTART: Millis = millis(100);
const LAST_RESTART: Millis = millis(10_000);
/** A thread that lived this long was sound: the next restart is quick again. */
const SOUND: Millis = millis(60_000);

/** Starts the thread. Rejects with a TftpUnavailable where its sockets cannot be opened. */
export async function startTftp(options: TftpServerOptions): Promise<TftpServer> {
  const server = new Server(options);
  await server.start();
  return server;
}

class Server implements TftpServer {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #startThread: (options: ThreadOptions) => TftpThread;
  #threadOptions: ThreadOptions;
  /** From its start to its end; `#thread` is the same, once it serves. */
  #spawned: TftpThread | undefined;
  #thread: TftpThread | undefined;
  #stopped = false;
  #ended: Promise<void> = Promise.resolve();
  #restart: Timer | undefined;
  #restartIn = FIRST_RESTART;
  #legs: readonly TftpLeg[] = [];
  readonly #trees = new Map<SlotNumber, BootTree>();
  /** Serials that the thread learnt, for a thread started later. */
  readonly #learned = new Map<SlotNumber, string>();
  #ipv6: ReadyIpv6 | undefined;
  readonly #handlers: ((events: readonly TftpEvent[]) => void)[] = [];
  readonly #awaited = new Map<number, { resolve(stats: ThreadStats): void; reject(error: Error): void }>();
  /** Directories to hold in memory, and who waits for that. */
  /** Directories to have in memory, each with the request that asked last, and the requests not answered yet. */
  readonly #warm = new Map<string, number>();
  readonly #warming = new Map<number, () => void>();
  #lastId = 0;

  constructor(options: TftpServerOptions) {
    this.#log = options.log;
    this.#clock = options.clock ?? realClock;
    this.#startThread =
      options.startThread ??
      ((workerData) => new Worker(new URL('./worker.ts', import.meta.url), { name: 'tftp', workerData }));
    this.#threadOptions = {
      port: options.port ?? 69,
      linePorts: options.linePorts ?? Array.from({ length: DEFAULT_LINES }, () => 0),
      netns: options.netns,
      receiveBufferBytes: options.receiveBufferBytes ?? RECEIVE_BUFFER_BYTES,
      segmentation: options.segmentation ?? true,
      cacheBytes: options.cacheBytes ?? CACHE_BYTES,
      ipv6: undefined,
    };
    if (this.#threadOptions.linePorts.length < 2) {
      throw new RangeError(`expected two line ports or more, got ${this.#threadOptions.linePorts.length}`);
    }
    if (options.ipv6) {
      const { port, linePorts } = this.#threadOptions;
      this.#threadOptions = { ...this.#threadOptions, ipv6: { port, linePorts: linePorts.map(() => 0) } };
    }
  }

  get port(): number {
    return this.#threadOptions.port;
  }

  get linePorts(): readonly number[] {
    return this.#threadOptions.linePorts;
  }

  get ipv6(): ReadyIpv6 | undefined {
    return this.#ipv6;
  }

  setLegs(legs: readonly TftpLeg[]): void {
    this.#legs = legs;
    this.#thread?.postMessage({ type: 'legs', legs });
  }

  setTree(tree: BootTree): void {
    // The same rule as in the thread, for a thread that is started later.
    if (tree.knownSerial !== undefined || this.#trees.get(tree.slot)?.mac !== tree.mac) this.#learned.delete(tree.slot);
    this.#trees.set(tree.slot, tree);
    this.#thread?.postMessage({ type: 'tree', tree });
  }

  removeTree(slot: SlotNumber): void {
    this.#trees.delete(slot);
    this.#learned.delete(slot);
    this.#thread?.postMessage({ type: 'remove_tree', slot });
  }

  warm(directory: string): Promise<void> {
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      const before = this.#warm.get(directory);
      this.#warm.set(directory, id);
      // One answer serves both where the earlier request was lost with its thread.
      const earlier = before === undefined ? undefined : this.#warming.get(before);
      this.#warming.set(id, () => {
        earlier?.();
        resolve();
      });
      this.#thread?.postMessage({ type: 'warm', id, directory });
    });
  }

  onEvent(handler: (events: readonly TftpEvent[]) => void): void {
    this.#handlers.push(handler);
  }

  stats(): Promise<ThreadStats> {
    return new Promise((resolve, reject) => {
      const thread = this.#thread;
      if (thread === undefined) {
        reject(new TftpUnavailable('the TFTP thread is not running'));
        return;
      }
      const id = ++this.#lastId;
      const limit = this.#clock.after(ANSWER_LIMIT, () => {
        this.#awaited.delete(id);
        reject(new TftpUnavailable(`the TFTP thread gave no answer within ${ANSWER_LIMIT} ms`));
      });
      this.#awaited.set(id, {
        resolve: (stats) => {
          limit.cancel();
          resolve(stats);
        },
        reject: (error) => {
          limit.cancel();
          reject(error);
        },
      });
      thread.postMessage({ type: 'stats', id });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#restart?.cancel();
    const thread = this.#spawned;
    if (thread === undefined) return;
    thread.postMessage({ type: 'stop' });
    const limit = this.#clock.after(ANSWER_LIMIT, () => void thread.terminate());
    await this.#ended;
    limit.cancel();
  }

  /** Resolves when the thread serves; rejects when it ends before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const startedAt = this.#clock.monotonic();
      const thread = this.#startThread(this.#threadOptions);
      this.#spawned = thread;
      let failure: Error | undefined;
      let ready = false;
      const limit = this.#clock.after(START_LIMIT, () => {
        failure ??= new Error(`the TFTP thread was not ready within ${START_LIMIT} ms`);
        void thread.terminate();
      });
      thread.on('message', (message) => {
        if (message.type !== 'ready') return this.#onMessage(message);
        limit.cancel();
        ready = true;
        this.#onReady(thread, message);
        resolve();
      });
      thread.on('error', (error) => {
        failure ??= error;
      });
      this.#ended = new Promise((ended) => {
        thread.on('exit', (code) => {
          limit.cancel();
          this.#thread = undefined;
          this.#spawned = undefined;
          const reason = failure?.message ?? `it ended with code ${code}`;
          this.#rejectAwaited(reason);
          if (this.#stopped) for (const warmed of this.#warming.values()) warmed();
          ended();
          if (!ready) reject(new TftpUnavailable(`the TFTP thread did not start: ${reason}`, { cause: failure }));
          else if (!this.#stopped) this.#onCrash(reason, millis(this.#clock.monotonic() - startedAt));
        });
      });
    });
  }

  /** A restarted thread takes the same ports, which a firewall may know by now. */
  #onReady(thread: TftpThread, { port, linePorts, ipv6 }: Extract<FromThread, { type: 'ready' }>): void {
    this.#thread = thread;
    this.#ipv6 = ipv6;
    const kept6 = ipv6 === undefined || 'failed' in ipv6 ? this.#threadOptions.ipv6 : ipv6;
    this.#threadOptions = { ...this.#threadOptions, port, linePorts, ipv6: kept6 };
    thread.postMessage({ type: 'legs', legs: this.#legs });
    for (const tree of this.#trees.values()) {
      const knownSerial = tree.knownSerial ?? this.#learned.get(tree.slot);
      thread.postMessage({ type: 'tree', tree: knownSerial === undefined ? tree : { ...tree, knownSerial } });
    }
    for (const [directory, id] of this.#warm) thread.postMessage({ type: 'warm', id, directory });
    this.#log.info({ port, linePorts, ipv6 }, 'TFTP server ready');
  }

  #onMessage(message: Exclude<FromThread, { type: 'ready' }>): void {
    if (message.type === 'events') {
      for (const event of message.events) {
        if (event.type === 'serial_learned') this.#learned.set(event.slot, event.serial);
      }
      this.#emit(message.events);
      return;
    }
    if (message.type === 'warmed') {
      this.#warming.get(message.id)?.();
      this.#warming.delete(message.id);
      return;
    }
    const awaited = this.#awaited.get(message.id);
    this.#awaited.delete(message.id);
    awaited?.resolve(message.stats);
  }

  #onCrash(reason: string, lived: Millis): void {
    const restartIn = lived >= SOUND ? FIRST_RESTART : this.#restartIn;
    this.#restartIn = millis(Math.min(restartIn * 2, LAST_RESTART));
    this.#log.error({ reason, lived, restartIn }, 'TFTP thread ended; starting it again');
    this.#emit([{ type: 'crashed', at: this.#clock.now(), reason, restartIn }]);
    this.#restart = this.#clock.after(restartIn, () => {
      this.start().catch((error: Error) => {
        if (!this.#stopped) this.#onCrash(error.message, millis(0));
      });
    });
  }

  #rejectAwaited(reason: string): void {
    const error = new TftpUnavailable(`the TFTP thread ended: ${reason}`);
    for (const { reject } of this.#awaited.values()) reject(error);
    this.#awaited.clear();
  }

  #emit(events: readonly TftpEvent[]): void {
    for (const handler of this.#handlers) handler(events);
  }
}
