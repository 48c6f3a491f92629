/** Writes the tables in one transaction, reads it back, and looks again now and then whether it is still so. */
import type { Logger } from 'pino';
import type { Clock, Timer } from '../../rack/clock.ts';
import { type Millis, minutes } from '../../rack/units.ts';
import { CommandFailed, run } from '../run.ts';
import { differences, type FirewallSeen, parseFirewall } from './read-back.ts';
import { type FirewallSpec, renderFirewall, renderFullLegs, TABLE } from './rules.ts';

export class FirewallFailed extends Error {
  override readonly name = 'FirewallFailed';
}

export interface FirewallParts {
  readonly specs: readonly FirewallSpec[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears that the rules were not as written, and whether they are again. */
  readonly changed: (text: string) => void;
}

const EVERY: Millis = minutes(1);

export class Firewall {
  readonly #parts: FirewallParts;
  #timer: Timer | undefined;
  #stopped = false;
  #trouble: string | undefined;

  constructor(parts: FirewallParts) {
    this.#parts = parts;
  }

  /** What does not work, in a sentence. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Writes the rules and reads them back, and goes on looking. @throws FirewallFailed */
  async start(): Promise<void> {
    await this.#write();
    this.#later();
  }

  /** Stops looking. The rules stay: the legs do, and so do their boards. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /**
   * These legs, and no others, may begin no TCP connection to the controller for so many seconds.
   *
   * @throws FirewallFailed
   */
  async holdFull(legs: readonly string[], seconds: number): Promise<void> {
    try {
      await run('nft', ['-f', '-'], { input: renderFullLegs(legs, seconds) });
    } catch (cause) {
      throw new FirewallFailed(`nft refused to hold the full legs: ${reasonOf(cause)}`, { cause });
    }
  }

  /** Packets that each rule has dropped since the rules were written. */
  async drops(): Promise<ReadonlyMap<string, number>> {
    const seen = await Promise.all(this.#parts.specs.map(readFirewall));
    return new Map(seen.flatMap(({ drops }) => [...drops]));
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = this.#parts.clock.after(EVERY, () => void this.#look().then(() => this.#later()));
  }

  async #look(): Promise<void> {
    const { changed, log } = this.#parts;
    try {
      const wrong = await this.#differences();
      if (wrong.length === 0) {
        this.#trouble = undefined;
        return;
      }
      changed(`the firewall rules of the legs were changed by somebody else (${wrong.join('; ')}): written again`);
      await this.#write();
      this.#trouble = undefined;
    } catch (cause) {
      log.error({ err: cause }, 'the firewall rules of the legs cannot be kept');
      this.#trouble = `the firewall rules of the legs cannot be kept: ${(cause as Error).message}`;
    }
  }

  async #differences(): Promise<string[]> {
    const each = this.#parts.specs.map(async (spec) => differences(spec, await readFirewall(spec)));
    return (await Promise.all(each)).flat();
  }

  async #write(): Promise<void> {
    try {
      await run('nft', ['-f', '-'], { input: this.#parts.specs.map(renderFirewall).join('') });
    } catch (cause) {
      throw new FirewallFailed(`nft refused the rules of the legs: ${reasonOf(cause)}`, { cause });
    }
    const wrong = await this.#differences();
    if (wrong.length > 0) throw new FirewallFailed(`the rules of the legs read back otherwise: ${wrong.join('; ')}`);
  }
}

/** Empty where there is no table of ours. */
async function readFirewall({ family }: FirewallSpec): Promise<FirewallSeen> {
  try {
    return parseFirewall((await run('nft', ['--json', 'list', 'table', family, TABLE])).stdout);
  } catch (cause) {
    if (cause instanceof CommandFailed && /No such file or directory/.test(cause.stderr)) {
      return { sets: new Map(), chains: new Map(), drops: new Map() };
    }
    throw new FirewallFailed(`the rules of the legs cannot be read back: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof CommandFailed) return cause.stderr.trim().split('\n')[0] || cause.message;
  return (cause as Error).message;
}
