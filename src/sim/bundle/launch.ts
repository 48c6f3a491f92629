import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** The namespaces a process lives in, by the kernel's names for them (`net:[4026531840]`). */
export interface Namespaces {
  readonly net: string;
  readonly mnt: string;
  readonly pid: string;
}

export function namespacesOf(pid: number | 'self'): Namespaces {
  const link = (kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`);
  return { net: link('net'), mnt: link('mnt'), pid: link('pid') };
}

/**
 * Starts `program` as the first process of a sealed bundle: its own network, mounts and process numbers. When it ends,
 * or the launcher does, the kernel ends everything in the bundle and nothing is left to clean up. Without root a user
 * namespace lends the rights inside; the NFS server is what it cannot lend them to.
 */
export function launchBundle(
  program: string,
  args: readonly string[],
  stdio: ('inherit' | 'ignore' | 'pipe')[],
): ChildProcess {
  const asRoot = process.getuid?.() === 0;
  // setpriv: a launcher that is killed takes unshare with it, and unshare takes the bundle.
  const command = [
    '--pdeathsig',
    'KILL',
    'unshare',
    ...(asRoot ? [] : ['--map-root-user']),
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child=SIGKILL',
    '--mount-proc',
    '--propagation',
    'private',
    program,
    ...args,
  ];
  return spawn('setpriv', command, { stdio, detached: true });
}

/** The bundle's first process, as the launcher's side numbers it; undefined while `unshare` has not started it yet. */
export function firstProcess(unshare: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}

/** When a process began, in clock ticks since boot: with its number it names one process for ever (proc(5), field 22). */
export function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may hold spaces and brackets: fields are counted after its end.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
