/** Making one tree as another, and telling whether two are alike: by rsync, with all that a file is besides its bytes. */
import { seconds } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';

/**
 * Links, owners by number, modes, times, devices and fifos, hard links, access lists, attributes, holes. `--checksum`: a
 * size and a time that are the same say nothing of the bytes.
 */
const WHAT_IT_IS = ['-aHAXS', '--numeric-ids', '--checksum'] as const;
const EVERYTHING = [...WHAT_IT_IS, '--delete'] as const;

/** Both trees are read whole. */
const LIMIT = seconds(3600);
const SHOWN = 5;

/** Makes the tree `to` exactly as `from`; what is equal already is not written. Neither may be in a tenant's reach. */
export async function makeAlike(run: Run, from: string, to: string): Promise<void> {
  await run('rsync', [...EVERYTHING, '--', `${from}/`, `${to}/`], { timeout: LIMIT });
}

export interface Differences {
  readonly count: number;
  /** The first of them: what differs, and the name. */
  readonly first: readonly string[];
}

/** Puts `from` itself, a file or a directory, into the directory `to`. */
export async function makeAlikeInto(run: Run, from: string, to: string): Promise<void> {
  await run('rsync', [...WHAT_IT_IS, '--', from, `${to}/`], { timeout: LIMIT });
}

/**
 * What would have to be changed in `to` to make it as `from`. Sockets are left out: without their program they are nothing.
 *
 * @param more.others `allowed`: what only `to` has is no difference
 */
export async function differences(
  run: Run,
  from: string,
  to: string,
  more: { readonly others?: 'allowed' } = {},
): Promise<Differences> {
  const what = more.others === 'allowed' ? WHAT_IT_IS : EVERYTHING;
  const args = [...what, '--dry-run', '--out-format=%i %n', '--', `${from}/`, `${to}/`];
  const { stdout } = await run('rsync', args, { timeout: LIMIT });
  const found = stdout.split('\n').filter((line) => line !== '' && !isSocket(line));
  return { count: found.length, first: found.slice(0, SHOWN) };
}

/** rsync itemizes as `YXcstpoguax`: X is S for a fifo as for a socket, and only of a fifo restic makes one again. */
const isSocket = (line: string): boolean => /^[.<>ch*]S\++ /.test(line);
