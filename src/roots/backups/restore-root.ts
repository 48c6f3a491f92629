/**
 * A root as it was saved, made in a fresh clone: what is as in the image is left as it is there, so that it goes on sharing
 * its blocks; everything else becomes that of the backup, and is compared with it before the root counts as restored.
 */
import { createHash } from 'node:crypto';
import type { Run } from '../backends/backend.ts';
import { UnsafePath } from '../errors.ts';
import { type PlaceName, placeOf, rootIn } from '../place.ts';
import { SafeRoot } from '../safe-path.ts';
import { differences, makeAlike } from './alike.ts';
import { BackupIncomplete } from './errors.ts';
import { workIn } from './pictures.ts';
import type { Restic } from './restic.ts';
import { withRestored } from './staging.ts';

export interface RestoreRootRequest {
  /** Directory of the roots. */
  readonly directory: string;
  /** A clone that nothing serves. */
  readonly place: PlaceName;
  readonly snapshot: string;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (text: string) => void;
}

/** What the restored system shows of itself; undefined where it does not say, or not in the usual place. */
export interface RestoredIdentity {
  readonly hostKey:
    | { readonly type: 'ssh-ed25519'; readonly fingerprint: string; readonly publicKey: string }
    | undefined;
  readonly machineId: string | undefined;
}

export async function restoreRoot(run: Run, restic: Restic, request: RestoreRootRequest): Promise<RestoredIdentity> {
  const { directory, place, snapshot, signal, progress = () => undefined } = request;
  const root = rootIn(placeOf(directory, place));
  progress('reading the backup');
  await withRestored(restic, { directory: workIn(directory), name: place, snapshot, signal }, async (tree) => {
    progress('writing the root');
    await makeAlike(run, tree, root);
    progress('comparing');
    const found = await differences(run, tree, root);
    if (found.count > 0) {
      throw new BackupIncomplete(
        snapshot,
        `the restored root differs from the backup in ${found.count} places: ${found.first.join('; ')}`,
      );
    }
    await run('sync', ['-f', root]);
  });
  return readIdentity(root);
}

const MOST = 4096;

/** A tenant wrote these files: what is not as expected is no identity. */
export async function readIdentity(root: string): Promise<RestoredIdentity> {
  const tree = await SafeRoot.open(root);
  try {
    const key = await textOf(tree, 'etc/ssh/ssh_host_ed25519_key.pub');
    const id = await textOf(tree, 'etc/machine-id');
    const [, publicKey, base64] = /^(ssh-ed25519 ([A-Za-z0-9+/]{68}))(?:\s|$)/.exec(key ?? '') ?? [];
    return {
      hostKey:
        publicKey === undefined || base64 === undefined
          ? undefined
          : { type: 'ssh-ed25519', fingerprint: fingerprintOf(base64), publicKey },
      machineId: /^[0-9a-f]{32}(?=\n?$)/.exec(id ?? '')?.[0],
    };
  } finally {
    await tree.close();
  }
}

async function textOf(tree: SafeRoot, path: string): Promise<string | undefined> {
  try {
    return await tree.readFile(path, MOST);
  } catch (error) {
    if (error instanceof UnsafePath) return undefined;
    throw error;
  }
}

/** As ssh-keygen prints it. */
const fingerprintOf = (base64: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`;
