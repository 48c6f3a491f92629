/** Controller and API as processes of their own, which are killed as the kernel kills: without a word. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { ControlClient } from '../../../src/api/control/client.ts';
import { freePort } from '../../support/free-port.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const START_LIMIT = { timeout: 60_000, interval: 20 };
const by = { who: 'test', address: undefined, tenant: undefined };

export class Processes {
  readonly #state = mkdtempSync(join(tmpdir(), 'pirack-kill-'));
  readonly port: number;
  readonly #file = join(this.#state, 'rack.yaml');
  #controller!: ChildProcess;
  #api!: ChildProcess;

  private constructor(port: number) {
    this.port = port;
    const api = `{listen: "127.0.0.1:${port}", webhooks: {http: true, allow: [127.0.0.1]}}`;
    const example = readFileSync(join(PROJECT, 'rack-configs/virtual-4.yaml'), 'utf8')
      .replace('rack: virtual-4', 'rack: test')
      .replace(/file: virtual-/g, `file: ${PROJECT}/rack-configs/virtual-`);
    writeFileSync(this.#file, `${example}\napi: ${api}\n`);
    mkdirSync(this.directory);
  }

  static async start(): Promise<Processes> {
    const processes = new Processes(await freePort());
    await Promise.all([processes.startController(), processes.startApi()]);
    return processes;
  }

  get directory(): string {
    return join(this.#state, 'test');
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async startController(): Promise<void> {
    this.#controller = run(join(import.meta.dirname, 'controller.ts'), this.directory);
    await said(this.#controller, 'serving');
  }

  async startApi(): Promise<void> {
    this.#api = run(join(PROJECT, 'src/cli/main.ts'), 'api', this.#file, '--state', this.#state);
    await said(this.#api, 'the API is served');
  }

  /** A key of a tenant's own, as credentials. */
  async key(): Promise<string> {
    const control = new ControlClient(join(this.directory, 'control.sock'));
    await control.putTenant({ name: 'acme', by });
    const { key, secret } = await control.createKey({ tenant: 'acme', scope: 'provision', label: 'test', by });
    return `Basic ${Buffer.from(`${key.id}:${secret}`).toString('base64')}`;
  }

  /** Every server's board is switched off and boots. */
  cycle(): void {
    this.#controller.stdin?.write('cycle\n');
  }

  killController(): Promise<void> {
    return killed(this.#controller);
  }

  killApi(): Promise<void> {
    return killed(this.#api);
  }

  async stop(): Promise<void> {
    await Promise.all([killed(this.#api), killed(this.#controller)]);
    rmSync(this.#state, { recursive: true });
  }
}

function run(...command: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command]);
  // A line for a process that was killed.
  child.stdin.on('error', () => undefined);
  return child;
}

async function said({ stdout, stderr }: ChildProcess, what: string): Promise<void> {
  let text = '';
  for (const output of [stdout, stderr]) output?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await expect.poll(() => text, START_LIMIT).toContain(what);
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<unknown>((done) => child.once('exit', (_code, signal) => done(signal)));
  child.kill('SIGKILL');
  expect(await gone).toBe('SIGKILL');
}
