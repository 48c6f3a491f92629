/** A server to be measured: started as a process of its own, waited for, metered, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchFailed } from '../bench.ts';
import { type CpuMeter, openCpuMeter } from './cpu.ts';

export interface ServerCommand {
  readonly name: string;
  /** It stays in the foreground. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Line on standard output that says that it serves; without it, `ready` says so. */
  readonly readyLine?: string;
  /** Asks whether it serves yet, by something outside of it. */
  ready?(): boolean | Promise<boolean>;
}

export interface RunningServer {
  readonly pid: number;
  /** CPU seconds of it and all its children so far. */
  cpuSeconds(): number;
  /** Throws a BenchFailed where it ended by itself before. */
  stop(): Promise<void>;
}

const START_LIMIT = 60_000;
const STOP_LIMIT = 5000;

export async function startServer(command: ServerCommand): Promise<RunningServer> {
  const meter = openCpuMeter();
  const script = `${meter.join}; exec "$@"`;
  const child = spawn('sh', ['-ec', script, 'sh', command.program, ...command.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...command.env },
  });
  const server = new Server(command, child, meter);
  await server.untilReady();
  return server;
}

class Server implements RunningServer {
  readonly #command: ServerCommand;
  readonly #child: ChildProcess;
  readonly #meter: CpuMeter;
  readonly #ended: Promise<void>;
  #end: string | undefined;
  #output = '';

  constructor(command: ServerCommand, child: ChildProcess, meter: CpuMeter) {
    this.#command = command;
    this.#child = child;
    this.#meter = meter;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4096);
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#end = error.message;
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.#end ??= signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  cpuSeconds(): number {
    return this.#meter.seconds(this.pid);
  }

  async untilReady(): Promise<void> {
    const limit = performance.now() + START_LIMIT;
    const { readyLine, ready } = this.#command;
    for (;;) {
      if (this.#end !== undefined) throw this.#failed(`ended before it served (${this.#end})`);
      if (readyLine === undefined ? await ready?.() : this.#output.split('\n').includes(readyLine)) return;
      if (performance.now() > limit) {
        this.#child.kill('SIGKILL');
        throw this.#failed(`did not serve within ${START_LIMIT / 1000} s`);
      }
      await pause(10);
    }
  }

  async stop(): Promise<void> {
    if (this.#end !== undefined) throw this.#failed(`ended while it was measured (${this.#end})`);
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT);
    await this.#ended;
    clearTimeout(timer);
    this.#meter.close();
  }

  #failed(what: string): BenchFailed {
    return new BenchFailed(`${this.#command.name} ${what}: ${this.#output.trim().split('\n').slice(-3).join(' | ')}`);
  }
}
