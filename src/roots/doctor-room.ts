/** What `pirack doctor` says of the room for roots, and of what keeps one board from taking all of it. */
import { statfsSync } from 'node:fs';
import { formatSize } from '../rack/quantity.ts';
import type { BackendName } from './backends/backend.ts';
import type { Finding } from './doctor.ts';
import { quotaSupport } from './quotas/detect.ts';

/** As the rack file's `storage: {low_at}` has it where it says nothing. */
const LOW_AT = 10;

const WAYS = { qgroup: 'btrfs qgroups', simple: 'btrfs simple quotas', project: 'project quotas' } as const;

export async function quotaFinding(directory: string, backend: BackendName): Promise<Finding> {
  const subject = 'disk sizes of boards';
  const support = await quotaSupport({ directory, backend });
  if (support.refusal === undefined) {
    const when = support.on ? '' : ', which pirack switches on when it first needs them';
    return { subject, grade: 'ok', text: `kept by ${WAYS[support.kind]}${when}`, fix: undefined };
  }
  const text = `nothing keeps a board from filling the disk of all: ${support.refusal}`;
  return { subject, grade: 'degraded', text, fix: support.fix };
}

/** @param directory must be there */
export function roomFinding(directory: string): Finding {
  const subject = `room in ${directory}`;
  const { bsize, blocks, bavail, files, ffree } = statfsSync(directory);
  const size = bsize * blocks;
  const free = bsize * bavail;
  const inodes = files === 0 ? '' : `, and room for ${ffree} more files`;
  const text = `${formatSize(free)} of ${formatSize(size)} are free${inodes}`;
  const low = free * 100 < size * LOW_AT || (files > 0 && ffree * 100 < files * LOW_AT);
  if (!low) return { subject, grade: 'ok', text, fix: undefined };
  return { subject, grade: 'degraded', text, fix: 'make room, or put the roots on a larger disk (roots: directory)' };
}
