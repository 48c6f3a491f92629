/**
 * A board comes back from a customer: it is dark from the first step on and stays so, whatever fails after that, and its
 * root is replaced by a fresh one of the rack file's image.
 */
import { millis } from '../../rack/units.ts';
import type { JobKind } from '../durable/kind.ts';
import { assignedSlot, type RootJobParts } from './parts.ts';
import { cloneStep, imageFor, swapStep, tidyStep } from './reimage.ts';
import * as steps from './steps.ts';

export function releaseKind(parts: RootJobParts): JobKind {
  const off = steps.wait('power-off', 'waiting for the port to read off', 20, async ({ job }) => {
    // Wanted off, not only held: a board that nobody has needs no power, and must not come up with a customer's keys.
    await parts.power.intend([job.slot], 'off', `${job.who}, job ${job.id}`);
    await steps.darken(parts, job);
    return undefined;
  });
  const all = [
    off,
    { ...cloneStep(parts), tries: 20, cancellable: false },
    swapStep(parts, millis(0)),
    steps.exportRoot(parts),
    steps.showTree(parts),
    tidyStep(parts, () => undefined),
  ];
  return {
    name: 'release',
    steps: all,
    undo: [],
    accept: async (slot) => {
      const planned = assignedSlot(parts.plan, slot);
      return { image: (await imageFor(parts, planned.image as string)).image.id };
    },
    describe: () => 'release: switch off and wipe',
    ended: (job) => steps.letGo(parts, job),
    resumed: (job) => void steps.darken(parts, job).catch(() => undefined),
  };
}
