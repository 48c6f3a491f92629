/** What an image costs a board over TFTP, as it is set now, and what would make it cheaper. */
import { piModel } from '../../pi/models.ts';
import type { NetbootModel } from '../../pi/tftp-names.ts';
import type { TrimPlan } from '../../rack/plan.ts';
import { slotNumber } from '../../rack/units.ts';
import type { Image } from '../../roots/images.ts';
import type { KernelFacts } from '../../roots/kernel-facts.ts';
import { type ImageBootFacts, imageBootFacts, renderConfigTxt, trimmed } from '../tree/render.ts';
import type { BootTree } from '../tree/types.ts';
import { type Advice, advise } from './advice.ts';
import { DISK_FILES, withSizes } from './disk-files.ts';
import { type Cost, costByStage, costOfAll, type Prediction, predictBoot, type StageCost } from './predict.ts';

/** The boards whose order of requests is known. */
export const COSTED_MODELS: readonly NetbootModel[] = Object.freeze(['3B', '3B+', '4B']);

export interface PayloadFacts {
  readonly kernel: KernelFacts;
  /** Size of the kernel as gzip; undefined where it is compressed already. */
  readonly compressedKernel: number | undefined;
}

export interface BootCost {
  readonly model: NetbootModel;
  readonly title: string;
  readonly prediction: Prediction;
  readonly stages: readonly StageCost[];
  readonly total: Cost;
  readonly advice: readonly Advice[];
}

/** A change of what is served, to see what it would save. */
export interface Change {
  readonly trim?: Partial<TrimPlan>;
  /** Sizes of files that do not exist yet. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly facts?: Partial<ImageBootFacts>;
}

export async function bootCost(
  image: Image,
  model: NetbootModel,
  trim: TrimPlan,
  payload: PayloadFacts,
): Promise<BootCost> {
  const facts = imageBootFacts(image);
  const predict = (change: Change) => predictChanged(image, facts, model, trim, payload, change);
  const prediction = await predict({});
  return {
    model,
    title: piModel(model).title,
    prediction,
    stages: costByStage(prediction.requests),
    total: costOfAll(prediction.requests),
    advice: await advise({ model, facts, trim, payload, image, prediction, predict }),
  };
}

/** About what a rack's own command line has; its exact length depends on the slot, and it is one block on any model. */
const CMDLINE = `${'x'.repeat(300)}\n`;

function predictChanged(
  image: Image,
  facts: ImageBootFacts,
  model: NetbootModel,
  trim: TrimPlan,
  payload: PayloadFacts,
  change: Change,
): Promise<Prediction> {
  const trimNow = { ...trim, ...change.trim };
  const config = renderConfigTxt({ model, ...trimmed(model, { ...facts, ...change.facts }, trimNow) });
  const tree: BootTree = {
    slot: slotNumber(1),
    assigned: true,
    imageBoot: image.boot.directory,
    firstStage: image.boot.directory,
    rendered: { 'config.txt': config, 'cmdline.txt': CMDLINE },
  };
  const kernel = trimNow.kernel === 'compress' ? payload.compressedKernel : undefined;
  const sizes = { ...(kernel === undefined ? {} : { [image.boot.kernel]: kernel }), ...change.sizes };
  return predictBoot(model, tree, withSizes(DISK_FILES, sizes));
}
