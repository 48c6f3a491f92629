/** The API as a process of its own, without privileges: a fault or a flood in it stops no boot. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from './exit.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** A process that ends by itself is started again after this; twice as long each time it ends soon, up to a minute. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** Whoever has lived so long has not ended soon. Milliseconds. */
const LONG_LIFE = 60_000;
const END_LIMIT = 15_000;

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export interface ApiProcessOptions {
  readonly rackFile: string;
  readonly stateRoot: string;
  /** Undefined: as this process. */
  readonly ids: Ids | undefined;
  readonly say: (text: string) => void;
}

/** Numbers of a user, as id(1) tells them. Throws CliError. */
export function idsOf(user: string): Ids {
  const ask = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, '--', user], { encoding: 'utf8' });
    if (status === 0) return Number(stdout.trim());
    throw new CliError(EXIT.missing, `no user ${user} on this machine: make it with \`useradd --system ${user}\``);
  };
  return { uid: ask('-u'), gid: ask('-g') };
}

/** Lets the API's user reach the controller's socket and its own directory below `directory`, and nothing else. */
export function openToApi(directory: string, ids: Ids): void {
  chownSync(directory, process.getuid?.() ?? 0, ids.gid);
  chmodSync(directory, 0o710);
  const own = join(directory, 'api');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chownSync(own, ids.uid, ids.gid);
  for (const name of readdirSync(own)) chownSync(join(own, name), ids.uid, ids.gid);
  const socket = join(directory, 'control.sock');
  if (existsSync(socket)) chownSync(socket, process.getuid?.() ?? 0, ids.gid);
}

/** Runs the API and starts it again when it ends, until told to stop. */
export class ApiProcess {
  readonly #options: ApiProcessOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE;
  #stopped = false;

  constructor(options: ApiProcessOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped) return;
    const { rackFile, stateRoot, ids, say } = this.#options;
    const began = performance.now();
    const args = ['--disable-warning=ExperimentalWarning', MAIN, 'api', resolve(rackFile), '--state', stateRoot];
    // Nothing is ever written to the pipe: it ends when this process does, also by kill -9, and the API's port is free again.
    const stdio = ['pipe', 'inherit', 'inherit'] as const;
    const child = spawn(process.execPath, [...args, '--until-input-ends'], { stdio: [...stdio], ...ids });
    this.#child = child;
    child.once('error', (cause) => say(`the API cannot be started: ${cause.message}`));
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      if (this.#stopped) return;
      this.#pause = performance.now() - began > LONG_LIFE ? FIRST_PAUSE : Math.min(2 * this.#pause, LONGEST_PAUSE);
      say(`the API ended (${signal ?? `code ${code}`}); it is started again in ${this.#pause / 1000} s`);
      this.#timer = setTimeout(() => this.start(), this.#pause);
    });
  }

  /** Has it finish what it took, and waits for its end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT);
    await ended;
    clearTimeout(late);
  }
}
