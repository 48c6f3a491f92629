/** Jobs of the rack on the repository itself: checking it, and letting go of what is no longer to be kept. */
import { z } from 'zod';
import { slotNumber } from '../../rack/units.ts';
import { type JobKind, JobRefused, type JobStep, StepFailed } from '../durable/kind.ts';
import { WHOLE_RACK } from '../durable/rack-jobs.ts';
import { type BackupParts, configured } from './parts.ts';
import { forgetBad, saveSlots } from './save.ts';

const step = (name: string, doing: string, tries: number, act: JobStep['act']): JobStep => ({
  name,
  doing,
  tries,
  act,
  cancellable: true,
  load: 'wait',
});

const checkRequest = z.strictObject({
  readData: z.boolean().default(false),
  /** A slot that is saved, restored and compared. */
  trial: z.int().min(1).max(4093).optional(),
});

export function checkKind(parts: BackupParts): JobKind {
  const check = step('check', 'checking the repository', 2, async ({ job, signal, note }) => {
    const { restic } = configured(parts);
    await restic.prepare();
    try {
      await restic.check(job.parameters.readData === true, signal, note);
    } catch (error) {
      signal.throwIfAborted();
      const text = `${(error as Error).message}; make a new repository, or see restic’s “troubleshooting”, before the next run`;
      parts.event(undefined, 'backups_damaged', text);
      throw error;
    }
    return undefined;
  });
  const trial = step('trial', 'saving and restoring a root for trial', 1, async (tools) => {
    const { trial: slot } = tools.job.parameters;
    if (typeof slot !== 'number') return undefined;
    await saveSlots(parts, tools, [slotNumber(slot)], new Set([slotNumber(slot)]));
    await forgetBad(parts, tools.job.id);
    const failed = parts.table.ofJob(tools.job.id).find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new StepFailed('trial', failed.error ?? '', { permanent: true });
    return undefined;
  });
  return {
    name: 'backup-check',
    steps: [check, trial],
    undo: [],
    accept: async (slot, parameters) => {
      ofRack(parts, slot);
      const parsed = checkRequest.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      const wanted = parsed.data.trial;
      if (wanted !== undefined && parts.roots.of(slotNumber(wanted), 'current') === undefined)
        throw new JobRefused('no_root', `slot ${wanted} has no root`);
      return parsed.data;
    },
    describe: ({ readData, trial: slot }) =>
      `check the backups${readData === true ? ' and read all of them' : ''}${slot === undefined ? '' : `, and try slot ${String(slot)}`}`,
  };
}

export function pruneKind(parts: BackupParts): JobKind {
  const forget = step('forget', 'letting go of old backups', 3, async ({ signal }) => {
    const { restic, backups } = configured(parts);
    await restic.prepare();
    if (backups.keep !== undefined) await restic.forget(backups.keep, signal);
    return undefined;
  });
  return {
    name: 'backup-prune',
    steps: [forget],
    undo: [],
    accept: async (slot) => {
      ofRack(parts, slot);
      if (configured(parts).backups.keep === undefined)
        throw new JobRefused(
          'keeps_all',
          'the rack file does not say what is to be kept: expected `keep:` in `backups:`',
        );
      return {};
    },
    describe: () => 'let go of old backups',
  };
}

function ofRack(parts: BackupParts, slot: number): void {
  configured(parts);
  if (slot !== WHOLE_RACK) throw new JobRefused('parameters', 'this is a job of the rack, not of a slot');
}
