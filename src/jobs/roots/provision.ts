/** A board for a customer: a fresh root with the customer's keys, and nothing left of whoever had the slot before. */
import { z } from 'zod';
import { millis } from '../../rack/units.ts';
import { type JobKind, JobRefused } from '../durable/kind.ts';
import { assignedSlot, type RootJobParts } from './parts.ts';
import { cloneStep, imageFor, putBackOld, swapStep, tidyStep } from './reimage.ts';
import * as steps from './steps.ts';

const request = z.strictObject({ image: z.string().min(1).max(200) });

export function provisionKind(parts: RootJobParts): JobKind {
  const all = [
    cloneStep(parts),
    steps.powerOff(parts),
    swapStep(parts, millis(0)),
    ...steps.follow(parts),
    tidyStep(parts, () => undefined),
  ];
  return {
    name: 'provision',
    steps: all,
    undo: putBackOld(parts),
    accept: async (slot, parameters) => {
      assignedSlot(parts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      return { image: (await imageFor(parts, parsed.data.image)).image.id };
    },
    describe: ({ image }) => `provision with ${String(image)}`,
    ...steps.keepsDark(parts, all),
  };
}
