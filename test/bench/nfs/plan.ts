import { readPlan } from '../../../src/cli/rack-file.ts';
import type { Plan } from '../../../src/rack/plan.ts';
import { hours } from '../../../src/rack/units.ts';
import { PROJECT, RACK_FILE } from '../places.ts';

/** The rack that is measured, every slot with a root of this image. */
export function planWith(image: string, roots: string): Plan {
  const plan = readPlan(RACK_FILE, PROJECT);
  return {
    ...plan,
    images: [{ name: 'bench', directory: image, trim: { firmware: 'full', initramfs: 'keep', kernel: 'keep' } }],
    roots: { directory: roots, backend: 'auto', keepOld: hours(24), diskSize: undefined },
    slots: plan.slots.map((slot) => ({ ...slot, image: 'bench' })),
  };
}
