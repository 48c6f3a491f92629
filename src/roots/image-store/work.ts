/**
 * Where images are made before they have their name: a directory beside them, named after the process that makes it. What
 * the dead left behind is taken away by whoever comes next.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { removeTree } from '../backends/tree.ts';

const PREFIX = '.making-';

/** The time of a process's start, in ticks: a process id alone may have been given to another since (proc_pid_stat(5)). */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

let count = 0;

/** A new, empty directory in `store`. */
export async function makeWork(store: string): Promise<string> {
  const directory = join(store, `${PREFIX}${process.pid}-${startOf(process.pid)}-${++count}`);
  await mkdir(directory, { mode: 0o700 });
  return directory;
}

/** Removes what processes left that are no more; their names. */
export async function sweepWork(store: string, run: Run): Promise<readonly string[]> {
  const stale = (await readdir(store)).filter((name) => {
    const match = /^\.making-(\d+)-(\d+)-\d+$/.exec(name);
    return match !== null && startOf(Number(match[1])) !== match[2];
  });
  for (const name of stale) await removeTree(run, join(store, name));
  return stale;
}
