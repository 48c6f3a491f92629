/**
 * Programs that walk a tree which a tenant changes while they do. Copying programs look at a directory and open it a moment
 * later, when it may be a link to anywhere: so they get a file system that has nothing but themselves, read-only, and the
 * trees that they are to see. Where a link of the tree leads to, there is nothing to be read or spoilt.
 */
import { seconds } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';

/** Copying a large root from a slow disk; anything quicker is not a fault. */
const LIMIT = seconds(3600);

export interface Seen {
  /** Directory of this machine. */
  readonly from: string;
  /** What the program knows it as. */
  readonly as: string;
  readonly writable?: boolean;
}

/** Root of this machine's own user namespace is kept: owners, devices and trusted attributes could not be copied without. */
const WALLS = [
  ['--unshare-net', '--unshare-pid', '--unshare-ipc', '--die-with-parent', '--new-session', '--cap-add', 'ALL'],
  ['--ro-bind', '/usr', '/usr'],
  ['--symlink', 'usr/bin', '/bin'],
  ['--symlink', 'usr/lib', '/lib'],
  ['--symlink', 'usr/lib64', '/lib64'],
].flat();

export async function runInside(
  run: Run,
  seen: readonly Seen[],
  program: string,
  args: readonly string[],
): Promise<string> {
  const binds = seen.flatMap(({ from, as, writable }) => [writable ? '--bind' : '--ro-bind', from, as]);
  const behind = ['ionice', '-c', '2', '-n', '7'];
  const { stdout } = await run('bwrap', [...WALLS, ...binds, '--chdir', '/', '--', ...behind, program, ...args], {
    timeout: LIMIT,
  });
  return stdout;
}
