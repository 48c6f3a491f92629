/** How an import or a build gets on: one line that is written over on a terminal, a line now and then elsewhere. */
import type { BuildProgress } from '../../roots/build/index.ts';
import type { Progress } from '../../roots/import/index.ts';

export type Told = Progress | BuildProgress;

const WORDS: Readonly<Record<Told['phase'], string>> = {
  reading: 'reading the archive',
  fetching: 'fetching packages',
  installing: 'installing packages',
  booting: 'making the boot files: firmware, kernel, device trees, initramfs',
  checking: 'checking the file',
  unpacking: 'unpacking',
  hashing: 'writing down what it consists of',
  preparing: 'preparing it for boards without a card',
  storing: 'putting it on disk',
};

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Milliseconds that only go up. */
  readonly now: () => number;
}

/** On a terminal so often, elsewhere so rarely: milliseconds. */
const TERMINAL_EVERY = 100;
const PLAIN_EVERY = 5000;

/** What to call with every step. `end` leaves the terminal's line. */
export function progressTeller({ write, isTerminal, now }: ProgressOptions): {
  tell(progress: Told): void;
  end(): void;
} {
  let phase: Told['phase'] | undefined;
  let began = 0;
  let told = Number.NEGATIVE_INFINITY;
  let width = 0;
  const show = (text: string) => {
    if (!isTerminal) return write(`${text}\n`);
    write(`\r${text.padEnd(width)}`);
    width = text.length;
  };
  return {
    tell(progress) {
      const at = now();
      const fresh = progress.phase !== phase;
      if (fresh) {
        if (isTerminal && phase !== undefined) write('\n');
        [phase, began, width] = [progress.phase, at, 0];
      }
      if (!fresh && at - told < (isTerminal ? TERMINAL_EVERY : PLAIN_EVERY)) return;
      told = at;
      show(progressText(progress, at - began));
    },
    end() {
      if (isTerminal && phase !== undefined) write('\n');
    },
  };
}

/** `unpacking: 512 of 2600 MB, 88 MB/s, 24 s left`. */
export function progressText(progress: Told, elapsed: number): string {
  const { phase, done, total } = progress;
  if (done === 0) return WORDS[phase];
  const rate = elapsed > 0 ? done / elapsed : 0;
  const packages = 'unit' in progress && progress.unit === 'packages';
  const number = packages ? (count: number) => count.toFixed(count < 10 ? 1 : 0) : mb;
  const unit = packages ? 'packages' : 'MB';
  const amount = total === undefined ? `${number(done)} ${unit}` : `${number(done)} of ${number(total)} ${unit}`;
  const parts = [amount, ...(rate > 0 ? [`${number(rate * 1000)} ${unit}/s`] : [])];
  if (total !== undefined && rate > 0) parts.push(`${Math.ceil(Math.max(0, total - done) / rate / 1000)} s left`);
  return `${WORDS[phase]}: ${parts.join(', ')}`;
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);
