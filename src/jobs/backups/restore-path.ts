/** One path of a slot's backup, out to a directory of this machine or into the root that the board uses. */
import { z } from 'zod';
import { pathInRoot } from '../../roots/backups/restore-path.ts';
import type { Destination } from '../../roots/backups/restore-target.ts';
import { shortId } from '../../roots/backups/snapshot.ts';
import { NotPossible } from '../../roots/errors.ts';
import { type PlaceName, placeOf, rootIn } from '../../roots/place.ts';
import type { JobRow } from '../../store/jobs.ts';
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
  const { run, rootsDirectory: directory, restoring } = parts;
  const restore = steps.work(
    'restore',
    'restoring the path',
    1,
    async ({ job, signal, note }) => {
      const { snapshot, path: wanted } = parametersOf(job);
      const { restic } = configured(parts);
      const to = destinationOf(parts, job);
      note('reading the backup');
      await restic.prepare();
      await restoring.path(run, restic, { directory, snapshot, path: wanted, to, name: nameOf(job), signal });
      return undefined;
    },
    true,
  );
  const show = steps.work('show', 'giving it its name', 3, async ({ job }) => {
    const { snapshot, path: wanted, to } = parametersOf(job);
    const request = { path: wanted, to: destinationOf(parts, job), name: nameOf(job) };
    const where = await restoring.show(run, request).catch((cause: unknown) => {
      throw cause instanceof NotPossible ? new StepFailed('taken', cause.message, { permanent: true, cause }) : cause;
    });
    const text = `slot ${job.slot}: ${wanted} of backup ${shortId(snapshot)} is in ${where}${to === undefined ? ' of its root' : ''}`;
    parts.event(job.slot, 'path_restored', text);
    return { where };
  });
  const drop = steps.work('drop', 'taking away what was restored', 3, async ({ job }) => {
    await restoring.drop(run, { to: destinationOf(parts, job), name: nameOf(job) });
    return undefined;
  });
  return {
    name: 'restore-path',
    steps: [restore, show],
    undo: [drop],
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

const parametersOf = (job: JobRow): PathParameters => job.parameters as unknown as PathParameters;
const nameOf = (job: JobRow): string => `pirack-path-${job.id}`;

function destinationOf({ roots, rootsDirectory }: BackupParts, job: JobRow): Destination {
  const { to, into } = parametersOf(job);
  if (to !== undefined) return { directory: to };
  const current = roots.of(job.slot, 'current');
  if (current === undefined) throw new StepFailed('no_root', 'the slot has no root', { permanent: true });
  return { root: rootIn(placeOf(rootsDirectory, current.place as PlaceName)), into: into ?? '' };
}
