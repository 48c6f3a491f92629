/** One path of a slot's backup, out to a directory of this machine or into the root that the board uses. */
import { z } from 'zod';
import { pathInRoot, restorePath } from '../../roots/backups/restore-path.ts';
import { shortId } from '../../roots/backups/snapshot.ts';
import { type PlaceName, placeOf, rootIn } from '../../roots/place.ts';
import { type JobKind, JobRefused, StepFailed } from '../durable/kind.ts';
import * as steps from '../roots/steps.ts';
import { type BackupParts, chooseSnapshot, configured } from './parts.ts';

const path = z.string().transform((text, context) => {
  const found = pathInRoot(text);
  if (found !== undefined) return found;
  context.addIssue({ code: 'custom', message: 'expected a path without .. and control characters' });
  return z.NEVER;
});

const request = z
  .strictObject({
    snapshot: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/)
      .optional(),
    anotherTenant: z.boolean().default(false),
    path,
    /** A directory of this machine. */
    to: z.string().startsWith('/').max(4096).optional(),
    /** A directory of the root. */
    into: path.optional(),
  })
  .refine(({ to, into }) => (to === undefined) !== (into === undefined), { message: 'expected either to or into' });

interface PathParameters {
  readonly snapshot: string;
  readonly path: string;
  readonly to?: string;
  readonly into?: string;
}

export function restorePathKind(parts: BackupParts): JobKind {
  const act = steps.work(
    'restore',
    'restoring the path',
    1,
    async ({ job, signal, note }) => {
      const { snapshot, path: wanted, to, into } = job.parameters as unknown as PathParameters;
      const { restic } = configured(parts);
      const current = parts.roots.of(job.slot, 'current');
      if (current === undefined && to === undefined)
        throw new StepFailed('no_root', 'the slot has no root', { permanent: true });
      note('reading the backup');
      await restic.prepare();
      const root = rootIn(placeOf(parts.rootsDirectory, (current?.place ?? '') as PlaceName));
      const where = await restorePath(parts.run, restic, {
        directory: parts.rootsDirectory,
        snapshot,
        path: wanted,
        to: to === undefined ? { root, into: into ?? '' } : { directory: to },
        name: `path-${job.id}`,
        signal,
      });
      const text = `slot ${job.slot}: ${wanted} of backup ${shortId(snapshot)} is in ${where}${to === undefined ? ' of its root' : ''}`;
      parts.event(job.slot, 'path_restored', text);
      return { where };
    },
    true,
  );
  return {
    name: 'restore-path',
    steps: [act],
    undo: [],
    accept: async (slot, parameters) => {
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      const { snapshot, anotherTenant, ...rest } = parsed.data;
      const { id } = await chooseSnapshot(parts, { slot, snapshot, anotherTenant });
      return { ...rest, snapshot: id };
    },
    describe: (parameters) => {
      const { snapshot, path: wanted, to, into } = parameters as unknown as PathParameters;
      return `restore ${wanted} of backup ${shortId(snapshot)} to ${to ?? `${into} of the root`}`;
    },
  };
}
