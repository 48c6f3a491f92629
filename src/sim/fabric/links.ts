/**
 * Switch ports up and down, and from bridge to bridge, quickly: one `ip` that stays and reads commands as they come, for
 * a rack of boards that are all switched on in the same second. It runs in the switch namespace, in which this process
 * must be.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';
import { addBridge } from './layout.ts';

/** How often a link that was set up is looked at until frames pass; less often once that has taken too long. */
const LOOK_MS = 20;
const LATE_LOOK_MS = 500;
const UP_LIMIT_MS = 10_000;
const NAME = /^[a-z0-9]{1,15}$/;

interface Question {
  readonly line: number;
  answer(text: string | undefined): void;
}

export class PortLinks {
  readonly #ip: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  readonly #questions: Question[] = [];
  readonly #complain: (message: string) => void;
  #line = 0;
  #closed = false;
  /** What ip said before the line that tells which command it was about. */
  #words: string[] = [];

  /** `complain` hears of every command that failed, and of `ip` ending, after which nothing works any more. */
  constructor(clock: Clock, complain: (message: string) => void) {
    this.#clock = clock;
    this.#complain = complain;
    this.#ip = spawn('ip', ['-oneline', '-force', '-batch', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    createInterface({ input: this.#ip.stdout }).on('line', (text) => this.#questions.shift()?.answer(text));
    createInterface({ input: this.#ip.stderr }).on('line', (text) => this.#error(text));
    this.#ip.stdin.on('error', () => {});
    this.#ip.on('error', (cause) => this.#ended(cause.message));
    this.#ip.on('exit', (code, signal) => this.#ended(`exit ${code ?? signal}`));
  }

  setDown(port: string): void {
    this.#command(`link set dev ${checked(port)} down`);
  }

  /**
   * Sets the port up and calls `ready` once it passes frames, which takes the kernel some moments. The returned function
   * takes the call back, not the link.
   */
  setUp(port: string, ready: () => void): () => void {
    this.#command(`link set dev ${checked(port)} up`);
    const deadline = this.#clock.monotonic() + UP_LIMIT_MS;
    let wanted = true;
    let late = false;
    const look = () => {
      if (!wanted || this.#closed) return;
      this.#ask(`link show dev ${port}`, (text) => {
        if (!wanted) return;
        if (text !== undefined && / state UP /.test(text)) {
          wanted = false;
          ready();
          return;
        }
        if (!late && this.#clock.monotonic() > deadline) {
          late = true;
          this.#complain(`${port} is not up ${UP_LIMIT_MS} ms after it was set up: ${text ?? 'it is gone'}`);
        }
        this.#clock.after(millis(late ? LATE_LOOK_MS : LOOK_MS), look);
      });
    };
    look();
    return () => {
      wanted = false;
    };
  }

  /** Puts the port on a bridge. */
  join(port: string, bridge: string): void {
    this.#command(`link set dev ${checked(port)} master ${checked(bridge)}`);
  }

  /** Takes the port off its bridge: nothing that is sent from now on passes it. */
  leave(port: string): void {
    this.#command(`link set dev ${checked(port)} nomaster`);
  }

  addBridge(bridge: string): void {
    for (const command of addBridge(checked(bridge))) this.#command(command.join(' '));
  }

  removeBridge(bridge: string): void {
    this.#command(`link del dev ${checked(bridge)}`);
  }

  /** Resolves when everything asked for so far is done. */
  done(): Promise<void> {
    return new Promise((resolve) => this.#ask('link show dev lo', () => resolve()));
  }

  close(): void {
    this.#closed = true;
    this.#ip.stdin.end();
  }

  #command(text: string): void {
    this.#line++;
    if (!this.#closed) this.#ip.stdin.write(`${text}\n`);
  }

  #ask(text: string, answer: (text: string | undefined) => void): void {
    if (this.#closed) {
      answer(undefined);
      return;
    }
    this.#command(text);
    this.#questions.push({ line: this.#line, answer });
  }

  /** Text, then `Command failed -:<line>`. A question that failed gets no answer on the other pipe. */
  #error(text: string): void {
    const line = /^Command failed -:(\d+)$/.exec(text)?.[1];
    if (line === undefined) {
      this.#words.push(text);
      return;
    }
    const message = this.#words.join(' ');
    this.#words = [];
    const at = this.#questions.findIndex((question) => question.line === Number(line));
    if (at >= 0) this.#questions.splice(at, 1)[0]?.answer(undefined);
    else this.#complain(`ip: ${message}`);
  }

  #ended(how: string): void {
    if (!this.#closed) this.#complain(`ip ended (${how}): links of the virtual rack cannot be changed any more`);
    this.#closed = true;
    for (const question of this.#questions.splice(0)) question.answer(undefined);
  }
}

/** A name that is one word to `ip`. */
function checked(name: string): string {
  if (!NAME.test(name))
    throw new RangeError(`expected the name of an interface such as p7, got ${JSON.stringify(name)}`);
  return name;
}
