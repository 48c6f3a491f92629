/** What a board's boot tree leaves out: the setting of the rack file applied to what the image has. */
import { PI_MODELS } from '../../pi/models.ts';
import type { TrimPlan } from '../../rack/plan.ts';
import type { ConfigTxtInput } from './config-txt.ts';
import type { ImageBootFacts } from './image-facts.ts';

/** For an image that the rack file says nothing of. */
const AS_IT_IS: TrimPlan = Object.freeze({ firmware: 'full', initramfs: 'keep', kernel: 'keep' });

/** What to render config.txt from. A board that is not known yet gets what suits every model. */
export function trimmed(
  model: string | undefined,
  image: ImageBootFacts,
  trim: TrimPlan = AS_IT_IS,
): Required<Pick<ConfigTxtInput, 'image' | 'cutDownFirmware'>> {
  return {
    image: trim.initramfs === 'none' ? { ...image, initramfs: undefined } : image,
    cutDownFirmware: trim.firmware === 'auto' && hasCutDown(model, image),
  };
}

function hasCutDown(model: string | undefined, { cutDown }: ImageBootFacts): boolean {
  switch (PI_MODELS.find(({ name }) => name === model)?.firmware) {
    case 'start.elf':
      return cutDown.pi3;
    case 'start4.elf':
      return cutDown.pi4;
    default:
      return cutDown.pi3 && cutDown.pi4;
  }
}
