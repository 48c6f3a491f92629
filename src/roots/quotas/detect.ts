/** Which quotas the roots here can have, and why none. */
import { findProgram } from '../../net/run.ts';
import type { BackendName, Run } from '../backends/backend.ts';
import { messageOf } from '../errors.ts';
import { type Mount, mountOf, readMounts } from '../mounts.ts';
import { BtrfsQuotas, enableBtrfsQuotas } from './btrfs.ts';
import { BtrfsFiles } from './btrfs-files.ts';
import { ProjectQuotas } from './project.ts';
import type { QuotaKind, Quotas } from './quota.ts';

export interface QuotaParts {
  /** Of the roots; without links. */
  readonly directory: string;
  readonly backend: BackendName;
  readonly run: Run;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** What could be, from looking alone. */
export type QuotaSupport =
  | { readonly kind: QuotaKind; readonly on: boolean; readonly refusal: undefined }
  | { readonly kind: undefined; readonly refusal: string; readonly fix: string };

const OTHER = 'put the roots on btrfs, or on XFS mounted with prjquota';
const none = (refusal: string, fix = OTHER): QuotaSupport => ({ kind: undefined, refusal, fix });

export async function quotaSupport({
  directory,
  backend,
}: Pick<QuotaParts, 'directory' | 'backend'>): Promise<QuotaSupport> {
  const mount = mountOf(await readMounts(), directory);
  if (mount === undefined) return none(`${directory} lies on no mount`);
  if (backend !== 'btrfs')
    return projectSupport(mount, backend, findProgram('xfs_quota', process.env.PATH ?? '') !== undefined);
  const files = await BtrfsFiles.on(mount.source);
  if (files === undefined)
    return none('this kernel does not show the qgroups of btrfs below /sys', 'use Linux 5.9 or later, with /sys');
  const mode = await files.mode();
  return { kind: mode === 'off' ? 'qgroup' : mode, on: mode !== 'off', refusal: undefined };
}

/** @param tool whether xfs_quota(8) is installed: without it no root could be made */
export function projectSupport({ type, options, target }: Mount, backend: BackendName, tool: boolean): QuotaSupport {
  if (type !== 'xfs' && type !== 'ext4') return none(`${backend} on ${type} has none`);
  if (!options.has('prjquota') && !options.has('pquota')) {
    const fix =
      type === 'xfs'
        ? `mount ${target} with prjquota (rootflags=prjquota for the root file system)`
        : `tune2fs -O project,quota -Q prjquota, and mount ${target} with prjquota`;
    return none(`${target} (${type}) is not mounted with prjquota`, fix);
  }
  if (type === 'ext4' && backend !== 'overlay')
    return none(`${backend} on ext4 has none: an NFS server writes as root, for whom ext4 has no limits`);
  if (!tool) return none('xfs_quota is not installed', 'apt-get install xfsprogs');
  return { kind: 'project', on: true, refusal: undefined };
}

/** Switches them on where that is needed and can be. */
export async function openQuotas(
  parts: QuotaParts,
): Promise<{ readonly quotas: Quotas } | { readonly refusal: string }> {
  const { directory, run, randomBytes } = parts;
  const support = await quotaSupport(parts);
  if (support.refusal !== undefined) return { refusal: support.refusal };
  const mount = mountOf(await readMounts(), directory);
  if (mount === undefined) return { refusal: `${directory} lies on no mount` };
  try {
    if (support.kind === 'project') {
      const type = mount.type === 'xfs' ? 'xfs' : 'ext4';
      return { quotas: new ProjectQuotas({ type, mount: mount.target, run, randomBytes }) };
    }
    const files = (await BtrfsFiles.on(mount.source)) as BtrfsFiles;
    const kind = await enableBtrfsQuotas(directory, files, run);
    return { quotas: new BtrfsQuotas(kind, directory, files, run) };
  } catch (error) {
    return { refusal: `quotas cannot be switched on: ${messageOf(error)}` };
  }
}
