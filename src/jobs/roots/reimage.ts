/**
 * A fresh root for a slot. The new one is made beside the old while the board still runs, so that a full disk or a bad
 * image costs it nothing; the old one is kept for an undo.
 */
import { z } from 'zod';
import type { Milestone } from '../../rack/milestone.ts';
import type { Millis } from '../../rack/units.ts';
import { RootRefused } from '../../roots/errors.ts';
import { wishesOf } from '../../roots/index.ts';
import { type KnownImage, NoSuchImage } from '../../roots/known-images.ts';
import { type PersonalWishes, personalWishes } from '../../roots/personalise/wishes.ts';
import type { JobRow } from '../../store/jobs.ts';
import { type JobKind, JobRefused, type JobStep, StepFailed } from '../durable/kind.ts';
import { rootRecord } from '../root-record.ts';
import { assignedSlot, type RootJobParts, slotOf } from './parts.ts';
import * as steps from './steps.ts';

const request = personalWishes.extend({
  /** As people write it; left out: as the rack file has it. */
  image: z.string().min(1).max(200).optional(),
  until: z.enum(steps.DONE_AT as [Milestone, ...Milestone[]]).optional(),
  record: rootRecord.optional(),
});

/** What a reimage is recorded with: the image by its exact version. */
export type ReimageParameters = PersonalWishes & { readonly image: string; readonly until?: Milestone | undefined };

export function reimageKind(parts: RootJobParts): JobKind {
  const all = [
    cloneStep(parts),
    steps.powerOff(parts),
    swapStep(parts, parts.plan.roots.keepOld),
    ...steps.follow(parts),
    tidyStep(parts, (job) => steps.factsOf(job).old),
  ];
  return {
    name: 'reimage',
    steps: all,
    undo: putBackOld(parts),
    accept: async (slot, parameters) => {
      const planned = assignedSlot(parts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      const { image } = await imageFor(parts, parsed.data.image ?? (planned.image as string));
      return { ...parsed.data, image: image.id };
    },
    describe: ({ image }) => `reimage with ${String(image)}`,
    ...steps.keepsDark(parts, all),
  };
}

/** Makes the new root; a second try goes on with what the first one made. */
export const cloneStep = (parts: RootJobParts): JobStep =>
  steps.work('clone', 'cloning the image', 2, async ({ job }) => ({ root: (await makeRoot(parts, job)).id }), true);

/** @param keep how long the old root stays for an undo */
export const swapStep = (parts: RootJobParts, keep: Millis): JobStep =>
  steps.wait('swap', 'making the new root current', 3, async ({ job }) => {
    await parts.roots.slots.swap(job.slot, steps.factsOf(job).root as number, keep);
    return undefined;
  });

/** Lets go of the roots that are kept for an undo, but for the one that `keep` names. */
export const tidyStep = (parts: RootJobParts, keep: (job: JobRow) => number | undefined): JobStep =>
  steps.wait('tidy', 'letting go of earlier roots', 3, async ({ job }) => {
    for (const row of parts.table.withRole('kept'))
      if (row.slot === job.slot && row.id !== keep(job)) await parts.roots.slots.setRole(row.id, 'doomed');
    parts.sweep();
    return undefined;
  });

/** The steps after which the old root serves again, as it was. */
export const putBackOld = (parts: RootJobParts): JobStep[] =>
  steps.putBack(
    parts,
    (job) => steps.currentIs(parts, job),
    (job) => forget(parts, job),
  );

export async function imageFor({ roots }: RootJobParts, text: string): Promise<KnownImage> {
  try {
    return await roots.images.find(text);
  } catch (cause) {
    if (cause instanceof NoSuchImage) throw new JobRefused('no_image', cause.message, cause);
    throw cause;
  }
}

async function makeRoot(parts: RootJobParts, job: JobRow) {
  const { image, authorizedKeys, userData, timeZone } = job.parameters as unknown as ReimageParameters;
  const known = parts.roots.images.get(image);
  if (known === undefined)
    throw new StepFailed('no_image', `image ${image} is not there any more`, { permanent: true });
  const personal = {
    ...parts.personal(job.slot),
    ...(authorizedKeys && { authorizedKeys }),
    ...(userData && { userData }),
    ...(timeZone && { timeZone }),
  };
  try {
    const wishes = { ...wishesOf(parts.plan, slotOf(parts, job.slot)), ...personal };
    return await parts.roots.slots.make(job.slot, known, wishes);
  } catch (cause) {
    if (cause instanceof RootRefused) throw new StepFailed(cause.code, cause.message, { permanent: true, cause });
    throw cause;
  }
}

/** The new root goes; the old one is current, whether or not it had ceased to be. */
async function forget({ roots, table }: RootJobParts, job: JobRow): Promise<void> {
  const { root, old } = steps.factsOf(job);
  // A try to make it that was cut short has a row, and nothing that says so.
  const row = (root === undefined ? undefined : table.get(root)) ?? table.of(job.slot, 'making');
  if (row === undefined) return;
  if (row.role === 'current' && old !== undefined) await roots.slots.swapBack(job.slot, old, row, 'doomed');
  else await roots.slots.setRole(row.id, 'doomed');
}
