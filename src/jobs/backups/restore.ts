/**
 * A slot gets a root back as it was saved: made beside the present one while the board runs, and swapped as by a reimage.
 *
 * After the controller itself was restored on an empty disk (`recover`), the board is dark from the first moment on, and
 * stays so if its backup cannot be had: it must not come up with an empty system that its tenant takes for theirs.
 */
import { z } from 'zod';
import type { Milestone } from '../../rack/milestone.ts';
import { millis } from '../../rack/units.ts';
import { shortId } from '../../roots/backups/snapshot.ts';
import { wishesOf } from '../../roots/index.ts';
import { NoSuchImage } from '../../roots/known-images.ts';
import type { PlaceName } from '../../roots/place.ts';
import type { Facts, JobRow } from '../../store/jobs.ts';
import { type JobKind, JobRefused, type JobStep, StepFailed } from '../durable/kind.ts';
import { assignedSlot, type RootJobParts, slotOf } from '../roots/parts.ts';
import { putBackOld, swapStep, tidyStep } from '../roots/reimage.ts';
import * as steps from '../roots/steps.ts';
import { type BackupParts, chooseSnapshot, configured } from './parts.ts';

const request = z.strictObject({
  snapshot: z
    .string()
    .regex(/^[0-9a-f]{4,64}$/)
    .optional(),
  /** As people write it: that the root is cloned from, and that gives its kernel; left out: as when it was saved. */
  image: z.string().min(1).max(200).optional(),
  anotherTenant: z.boolean().default(false),
  until: z.enum(steps.DONE_AT as [Milestone, ...Milestone[]]).optional(),
});

/** What a restore is recorded with. The restore of a controller writes such rows too. */
export interface RestoreParameters {
  readonly snapshot: string;
  /** `name@version` */
  readonly image: string;
  readonly recover?: boolean;
  readonly until?: Milestone | undefined;
}

const parametersOf = (job: Pick<JobRow, 'parameters'>) => job.parameters as unknown as RestoreParameters;
const recovers = (job: Pick<JobRow, 'parameters'>): boolean => parametersOf(job).recover === true;

export function restoreKind(parts: BackupParts, rootParts: RootJobParts): JobKind {
  const all: readonly JobStep[] = [
    restoreStep(parts, rootParts),
    steps.powerOff(rootParts),
    swapTo(rootParts),
    steps.exportRoot(rootParts),
    steps.showTree(rootParts),
    asBefore(rootParts, steps.powerOn(rootParts)),
    asBefore(rootParts, steps.boot(rootParts)),
    tidyStep(rootParts, (job) => (recovers(job) ? undefined : steps.factsOf(job).old)),
  ];
  const { resumed, ended } = steps.keepsDark(rootParts, all);
  const powerOn = all.findIndex(({ name }) => name === 'power-on');
  return {
    name: 'restore',
    steps: all,
    undo: putBackOld(rootParts).map((step) => orDark(rootParts, step)),
    accept: async (slot, parameters) => {
      assignedSlot(rootParts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      const { snapshot, anotherTenant, image, until } = parsed.data;
      const found = await chooseSnapshot(parts, { slot, snapshot, anotherTenant });
      return { snapshot: found.id, image: await imageOf(parts, image ?? found.image ?? ''), ...(until && { until }) };
    },
    describe: (parameters) => {
      const { snapshot } = parametersOf({ parameters });
      return `restore backup ${shortId(snapshot)}`;
    },
    resumed: (job) => {
      // Dark from the first moment on, until what was restored has been given power: then it boots, and is not cut off.
      const given = job.state !== 'undoing' && job.step > powerOn;
      if (recovers(job) && !given) void steps.darken(rootParts, job).catch(() => undefined);
      resumed?.(job);
    },
    ended: (job) => {
      // Cancelled before it was begun, too.
      if (!recovers(job) || job.state === 'done') ended?.(job);
      else
        void stayDark(rootParts, job).then(
          () => ended?.(job),
          () => undefined,
        );
    },
  };
}

async function imageOf({ images }: BackupParts, text: string): Promise<string> {
  try {
    return (await images.find(text)).image.id;
  } catch (cause) {
    if (!(cause instanceof NoSuchImage)) throw cause;
    const text = `${cause.message}: import the image that the root was made from, or say --image NAME for another that gives its kernel`;
    throw new JobRefused('no_image', text, cause);
  }
}

/** A clone of the image, made into what was saved. A second try goes on with the clone of the first. */
function restoreStep(parts: BackupParts, rootParts: RootJobParts): JobStep {
  const act: JobStep['act'] = async ({ job, signal, note }) => {
    const { restic } = configured(parts);
    const { image, snapshot } = parametersOf(job);
    if (recovers(job)) await steps.darken(rootParts, job);
    const known = parts.images.get(image);
    if (known === undefined) {
      const text = `image ${image}, which the root was made from, is not here: import it, then \`pirack backup restore ${job.slot}\``;
      throw new StepFailed('no_image', text, { permanent: true });
    }
    note('cloning the image');
    const wishes = wishesOf(rootParts.plan, slotOf(rootParts, job.slot));
    const row = await rootParts.roots.slots.make(job.slot, known, wishes);
    await restic.prepare();
    const { rootsDirectory: directory, run } = parts;
    const place = row.place as PlaceName;
    const identity = await parts.restoring.root(run, restic, { directory, place, snapshot, signal, progress: note });
    await parts.commit.write(() => parts.roots.setHostKey(row.id, identity.hostKey));
    return { root: row.id };
  };
  return steps.work('restore', 'restoring the root', 3, act, true);
}

/** What a recovery has in the place of the old root is a clone that nobody ever used. */
function swapTo(rootParts: RootJobParts): JobStep {
  const keep = swapStep(rootParts, rootParts.plan.roots.keepOld);
  const letGo = swapStep(rootParts, millis(0));
  return { ...keep, act: (tools) => (recovers(tools.job) ? letGo : keep).act(tools) };
}

/** A board that was wanted off stays off. */
function asBefore(rootParts: RootJobParts, step: JobStep): JobStep {
  const act: JobStep['act'] = async (tools): Promise<Facts | undefined> => {
    if (steps.factsOf(tools.job).wanted !== 'off') return step.act(tools);
    steps.letGo(rootParts, tools.job);
    return undefined;
  };
  return { ...step, act };
}

/**
 * Puts back what was. Of a recovery there is nothing before it: the board is left off, what was half made goes, and what is
 * exported and shown follows the rows.
 */
function orDark(rootParts: RootJobParts, step: JobStep): JobStep {
  const instead: Readonly<Record<string, JobStep['act']>> = {
    'dark-again': ({ job }) => stayDark(rootParts, job),
    'swap-back': ({ job }) => forgetHalf(rootParts, job),
    'power-back': ({ job }) => stayDark(rootParts, job),
  };
  const other = instead[step.name];
  return other === undefined ? step : { ...step, act: (tools) => (recovers(tools.job) ? other : step.act)(tools) };
}

async function stayDark(rootParts: RootJobParts, job: JobRow): Promise<undefined> {
  await rootParts.power.intend([job.slot], 'off', `job ${job.id}`);
}

/** The next job that makes a root would go on with one that is in the making: it has files of the backup. */
async function forgetHalf({ roots, table, sweep }: RootJobParts, job: JobRow): Promise<undefined> {
  const half = table.of(job.slot, 'making');
  if (half !== undefined) await roots.slots.setRole(half.id, 'doomed');
  sweep();
}
