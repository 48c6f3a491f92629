/** The controller's own backup, as a step of a run: databases, rack file, secrets, and what is known of images. */
import { join } from 'node:path';
import { saveController } from '../../roots/backups/controller/save.ts';
import { saveImages } from '../../roots/backups/save-images.ts';
import { messageOf } from '../../roots/errors.ts';
import type { JobStep, StepTools } from '../durable/kind.ts';
import { WHOLE_RACK } from '../durable/rack-jobs.ts';
import { type BackupParts, configured } from './parts.ts';

type MakeStep = (name: string, doing: string, tries: number, act: JobStep['act']) => JobStep;

export function saveControllerStep(
  parts: BackupParts,
  step: MakeStep,
  isWanted: (tools: StepTools) => boolean,
): JobStep {
  return step('controller', 'saving the controller', 3, async (tools) => {
    const { job, signal, note } = tools;
    const done = parts.table.ofJob(job.id).some(({ slot, error }) => slot === WHOLE_RACK && error === undefined);
    if (!isWanted(tools) || done) return undefined;
    await configured(parts).restic.prepare();
    const beganAt = parts.clock.now();
    const row = { job: job.id, slot: WHOLE_RACK, root: undefined, beganAt, tried: false, leftOut: [] };
    const inUse = parts.roots.imagesInUse();
    const images = parts.images.all().flatMap(({ image }) => (inUse.has(image.id) ? [image] : []));
    const { restic, backups } = configured(parts);
    try {
      const saved = await saveController(restic, {
        plan: parts.plan,
        backups,
        stateDirectory: parts.stateDirectory,
        work: join(parts.stateDirectory, 'backups'),
        images,
        now: parts.clock.now(),
        signal,
      });
      if (backups.images === 'whole') await saveImages(restic, images, { signal, tell: note });
      const good = { ...row, ...saved, stillness: 'instant', endedAt: parts.clock.now(), error: undefined };
      await parts.commit.write(() => parts.table.add(good));
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const text = `the controller was not backed up: ${messageOf(error)}; \`pirack backup run --controller\` tries again`;
      parts.event(undefined, 'backup_failed', text);
      throw error;
    }
  });
}
