/** The root before is current again, with every byte that was in it; what is current now is kept in its place. */
import { z } from 'zod';
import type { Milestone } from '../../rack/milestone.ts';
import { type JobKind, JobRefused, StepFailed } from '../durable/kind.ts';
import { rootRecord } from '../root-record.ts';
import { assignedSlot, type RootJobParts, rowOf } from './parts.ts';
import * as steps from './steps.ts';

const request = z.strictObject({
  until: z.enum(steps.DONE_AT as [Milestone, ...Milestone[]]).optional(),
  record: rootRecord.optional(),
});

export function undoKind(parts: RootJobParts): JobKind {
  const attach = steps.work(
    'attach',
    'attaching the root before',
    2,
    async ({ job }) => {
      const row = rowOf(parts, job.parameters.root);
      if (row.role !== 'kept') throw new StepFailed('nothing_to_undo', 'its time was over', { permanent: true });
      await parts.roots.slots.attach(row);
      return { root: row.id, keepUntil: row.keepUntil };
    },
    true,
  );
  const swap = steps.wait('swap', 'making the root before current', 3, async ({ job }) => {
    await parts.roots.slots.swap(job.slot, steps.rootOf(parts, job).id, parts.plan.roots.keepOld);
    return undefined;
  });
  const all = [attach, steps.powerOff(parts), swap, ...steps.follow(parts)];
  return {
    name: 'undo',
    steps: all,
    undo: steps.putBack(
      parts,
      (job) => steps.currentIs(parts, job),
      async (job) => {
        const { old } = steps.factsOf(job);
        if (!steps.currentIs(parts, job) || old === undefined) return;
        const { keepUntil } = job.facts as { keepUntil?: never };
        await parts.roots.slots.swapBack(job.slot, old, { ...steps.rootOf(parts, job), keepUntil }, 'kept');
      },
    ),
    accept: async (slot, parameters) => {
      assignedSlot(parts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      const kept = parts.table.of(slot, 'kept');
      if (kept === undefined) {
        const hours = Math.round(parts.plan.roots.keepOld / 3_600_000);
        throw new JobRefused(
          'nothing_to_undo',
          `slot ${slot} has no root before: one is kept for ${hours} h after a reimage`,
        );
      }
      return { ...parsed.data, root: kept.id, image: kept.image };
    },
    describe: ({ image }) => `undo: back to the root before, of ${String(image)}`,
    ...steps.keepsDark(parts, all),
  };
}
