import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../src/api/control/client.ts';
import type { StatusView } from '../../src/api/control/protocol.ts';

const PIRACK = resolve(import.meta.dirname, '../../bin/pirack');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv, timeout: number): Promise<Ran> {
  return new Promise((done) => {
    execFile(program, args, { env, timeout, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      done({ code, stdout, stderr });
    });
  });
}

/** A virtual rack served by `pirack serve` in a bundle of its own, with a state directory that goes when it stops. */
export class RigRack {
  readonly name: string;
  readonly directory: string;
  readonly #server: ChildProcess;
  #output = '';

  private constructor(name: string, directory: string, server: ChildProcess) {
    this.name = name;
    this.directory = directory;
    this.#server = server;
    server.stdout?.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString();
    });
    server.stderr?.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString();
    });
  }

  /** Serves a rack file given as text; its `rack:` line names it. Resolves when the controller answers. */
  static async serve(text: string, startLimit = 60_000): Promise<RigRack> {
    const directory = mkdtempSync(join(tmpdir(), 'pirack-rig-'));
    const file = join(directory, 'rack.yaml');
    writeFileSync(file, text);
    writeFileSync(join(directory, 'community'), 'rig-community\n');
    writeFileSync(join(directory, 'key'), 'rig-key-of-some-length\n');
    return RigRack.serveFrom(directory, startLimit);
  }

  /** Serves what is in a directory: the rack file, its secrets, and the state of an earlier life. */
  static async serveFrom(directory: string, startLimit = 60_000): Promise<RigRack> {
    const file = join(directory, 'rack.yaml');
    const name = /^rack: *(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
    const server = spawn(PIRACK, ['serve', file, '--state', directory], { stdio: ['ignore', 'pipe', 'pipe'] });
    const rack = new RigRack(name, directory, server);
    try {
      await rack.until(
        (status) => status.slots.every((slot) => slot.power !== null),
        startLimit,
        'every port to be read once',
      );
    } catch (cause) {
      await rack.stop();
      throw cause;
    }
    return rack;
  }

  pirack(args: readonly string[], timeout = 60_000): Promise<Ran> {
    return execute(PIRACK, args, { ...process.env, PIRACK_STATE: this.directory }, timeout);
  }

  /** Runs a program inside the rack: `controller`, `switch` or `slot:N`. */
  inside(place: string, command: readonly string[], timeout = 60_000): Promise<Ran> {
    return this.pirack(['virtual', 'exec', '--rack', this.name, '--in', place, '--', ...command], timeout);
  }

  /** Asks the process of the virtual boards and switches. */
  sim(method: string, path: string): Promise<unknown> {
    const socketPath = join(this.directory, this.name, 'sim.sock');
    return new Promise((done, failed) => {
      const out = request({ socketPath, method, path, agent: false }, async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part as Buffer);
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) done(JSON.parse(text));
        else failed(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
      out.on('error', failed).end();
    });
  }

  async status(): Promise<StatusView | undefined> {
    const { code, stdout } = await this.pirack(['status', '--json']);
    return code === 0 ? (JSON.parse(stdout) as StatusView) : undefined;
  }

  async until(done: (status: StatusView) => boolean, limit: number, what: string): Promise<StatusView> {
    const end = Date.now() + limit;
    let last: StatusView | undefined;
    while (Date.now() < end) {
      last = await this.client.status().catch(() => last);
      if (last !== undefined && done(last)) return last;
      if (this.#server.exitCode !== null) break;
      await pause(300);
    }
    const states =
      last?.slots.map((slot) => `${slot.slot} ${slot.condition} (${slot.progress})`).join(', ') ?? 'no status';
    throw new Error(
      `waited ${limit} ms for ${what}; ${states}; said: ${this.#output.slice(-2000)}; log: ${this.log().slice(-3000)}`,
    );
  }

  /** The controller's socket, without a command of its own for each question: those take seconds of a busy machine. */
  get client(): ControlClient {
    return new ControlClient(join(this.directory, this.name, 'control.sock'));
  }

  log(): string {
    try {
      return readFileSync(join(this.directory, this.name, 'controller.log'), 'utf8');
    } catch {
      return '(no log)';
    }
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Stops serving; the directory stays. Resolves with whether it ended when told, and had not to be killed. */
  async end(): Promise<boolean> {
    if (this.#server.exitCode !== null) return true;
    const gone = new Promise((done) => this.#server.once('exit', done));
    this.#server.kill('SIGTERM');
    if ((await Promise.race([gone, pause(30_000, 'late')])) !== 'late') return true;
    this.#server.kill('SIGKILL');
    return false;
  }
}
