/** Which processes of ours use the repository, in files that outlive this process: a file a process, named by its id. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A process, told from a later one with the same number. */
export interface ChildProcessId {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5), in clock ticks after the start of the machine. */
  readonly startTicks: string;
  readonly boot: string;
}

const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 50;

export class RunningChildren {
  readonly #directory: string;
  /** Of this process. */
  readonly #own = new Set<number>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  add(pid: number): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#own.add(pid);
    writeFileSync(join(this.#directory, String(pid)), JSON.stringify({ ...identify(pid), pid }));
  }

  remove(pid: number): void {
    this.#own.delete(pid);
    rmSync(join(this.#directory, String(pid)), { force: true });
  }

  /** Those of an earlier controller, and our own that were killed; one that still runs is ended first. */
  async dead(): Promise<readonly ChildProcessId[]> {
    const found: ChildProcessId[] = [];
    for (const record of this.#records()) {
      if (isAlive(record)) {
        if (this.#own.has(record.pid)) continue;
        await end(record);
      }
      found.push(record);
    }
    return found;
  }

  #records(): readonly ChildProcessId[] {
    let names: string[];
    try {
      names = readdirSync(this.#directory).filter((name) => /^[1-9]\d{0,9}$/.test(name));
    } catch {
      return [];
    }
    return names.map((name) => {
      const pid = Number(name);
      try {
        const { startTicks, boot } = JSON.parse(readFileSync(join(this.#directory, name), 'utf8')) as ChildProcessId;
        return { pid, startTicks: String(startTicks), boot: String(boot) };
      } catch {
        // Cut short by a crash: there was such a process, and nothing can be said of one that runs now.
        return { pid, startTicks: '', boot: '' };
      }
    });
  }
}

/** Undefined fields: it is gone already. */
function identify(pid: number): ChildProcessId {
  return { pid, startTicks: startOf(pid) ?? '', boot: bootId() };
}

export const isAlive = ({ pid, startTicks, boot }: ChildProcessId): boolean =>
  startTicks !== '' && boot === bootId() && startOf(pid) === startTicks;

/** Interrupts it, so that it may take its lock away, and kills it when it does not end. */
async function end(child: ChildProcessId): Promise<void> {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    try {
      process.kill(child.pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + PATIENCE_MS;
    while (isAlive(child) && performance.now() < deadline) await pause(LOOK_EVERY_MS);
    if (!isAlive(child)) return;
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Undefined: there is no such process, or only what its parent has not asked after yet. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
