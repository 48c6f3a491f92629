/** A run of backups: the controller, then the roots, then what is no longer to be kept. One job of the whole rack. */
import { z } from 'zod';
import { formatRange } from '../../rack/range.ts';
import { type SlotNumber, slotNumber } from '../../rack/units.ts';
import { messageOf } from '../../roots/errors.ts';
import type { Facts } from '../../store/jobs.ts';
import { type JobKind, JobRefused, type JobStep, StepFailed } from '../durable/kind.ts';
import { WHOLE_RACK } from '../durable/rack-jobs.ts';
import { saveControllerStep } from './controller.ts';
import { type BackupParts, configured } from './parts.ts';
import { forgetBad, saveSlots } from './save.ts';

const request = z.strictObject({
  /** Left out: those of the rack file. */
  slots: z.array(z.int().min(1).max(4093)).max(4093).optional(),
  controller: z.boolean().default(false),
  /** Whether what is no longer to be kept goes afterwards. */
  forget: z.boolean().default(false),
  /** Restore one of the roots and compare it; left out: as the rack file says. */
  trial: z.boolean().optional(),
});

interface RunParameters {
  readonly slots: readonly SlotNumber[];
  readonly controller: boolean;
  readonly forget: boolean;
  readonly trials: readonly SlotNumber[];
}

/** Code of a run that found no repository, and so saved nothing. */
export const NO_REPOSITORY = 'no_repository';

const parametersOf = (facts: Facts): RunParameters => facts as unknown as RunParameters;

const step = (name: string, doing: string, tries: number, act: JobStep['act']): JobStep => ({
  name,
  doing,
  tries,
  act,
  cancellable: true,
  load: 'wait',
});

export function backupKind(parts: BackupParts): JobKind {
  return {
    name: 'backup',
    steps: [
      step('repository', 'looking at the repository', 5, async () => {
        const { restic } = configured(parts);
        try {
          await restic.prepare();
          await restic.snapshots();
        } catch (cause) {
          throw new StepFailed(NO_REPOSITORY, messageOf(cause), { cause });
        }
        return undefined;
      }),
      saveControllerStep(parts, step, ({ job }) => parametersOf(job.parameters).controller),
      step('roots', 'saving roots', 3, async (tools) => {
        const { slots, trials } = parametersOf(tools.job.parameters);
        await configured(parts).restic.prepare();
        await saveSlots(parts, tools, slots, new Set(trials));
        await forgetBad(parts, tools.job.id);
        return undefined;
      }),
      step('forget', 'letting go of old backups', 3, async ({ job, signal }) => {
        const { restic, backups } = configured(parts);
        if (parametersOf(job.parameters).forget && backups.keep !== undefined)
          await restic.forget(backups.keep, signal);
        return undefined;
      }),
      step('verdict', 'looking at what was done', 1, async ({ job }) => {
        const failed = parts.table.ofJob(job.id).filter(({ error }) => error !== undefined);
        if (failed.length === 0) return undefined;
        const which = formatRange(new Set(failed.map(({ slot }) => slot)));
        throw new StepFailed('incomplete', `not backed up: slots ${which}; the first: ${failed[0]?.error}`, {
          permanent: true,
        });
      }),
    ],
    undo: [],
    accept: async (slot, parameters) => ({ ...understood(parts, slot, parameters) }),
    describe: (facts) => {
      const { slots, controller } = parametersOf(facts);
      const roots = slots.length === 0 ? [] : [`slots ${formatRange(new Set(slots))}`];
      return `back up ${[...(controller ? ['the controller'] : []), ...roots].join(' and ')}`;
    },
  };
}

function understood(parts: BackupParts, slot: SlotNumber, parameters: unknown): RunParameters {
  const { backups } = configured(parts);
  if (slot !== WHOLE_RACK) throw new JobRefused('parameters', 'a run of backups is a job of the rack, not of a slot');
  const parsed = request.safeParse(parameters);
  if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
  const { controller, forget, trial } = parsed.data;
  const known = new Set(parts.plan.slots.map((each) => each.slot));
  const slots = parsed.data.slots?.map(slotNumber) ?? backups.slots;
  const unknown = slots.filter((each) => !known.has(each));
  if (unknown.length > 0) throw new JobRefused('no_slot', `no slot ${unknown.join(', ')} in this rack`);
  // A slot that boots nothing has nothing to be saved.
  const used = [...new Set(slots)].filter((each) => parts.roots.of(each, 'current') !== undefined);
  if (used.length === 0 && !controller) throw new JobRefused('nothing', 'none of these slots has a root');
  const one = (trial ?? backups.trial) ? used[Math.floor(parts.random() * used.length)] : undefined;
  return { slots: used, controller, forget, trials: one === undefined ? [] : [one] };
}
