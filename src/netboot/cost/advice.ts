/**
 * What would make a boot cheaper, each with what it saves and the setting that does it. A saving is the difference of two
 * predictions, so it follows the same rules as what a board really fetches.
 */
import { CUT_DOWN_FIRMWARE_SIZE, UNANSWERED_MS } from '../../pi/boot-speed.ts';
import { missingForNfsRoot } from '../../pi/kernel-options.ts';
import { piModel } from '../../pi/models.ts';
import type { NetbootModel } from '../../pi/tftp-names.ts';
import type { TrimPlan } from '../../rack/plan.ts';
import type { Image } from '../../roots/images.ts';
import type { ImageBootFacts } from '../tree/render.ts';
import type { Change, PayloadFacts } from './boot-cost.ts';
import { DISK_FILES } from './disk-files.ts';
import { costOfAll, type Prediction } from './predict.ts';

export interface Saving {
  readonly requests: number;
  readonly bytes: number;
  readonly blocks: number;
  readonly ms: number;
}

export interface Advice {
  readonly text: string;
  /** What to set or do; undefined where there is nothing to do. */
  readonly how: string | undefined;
  readonly saves: Saving | undefined;
}

export interface AdviceInput {
  readonly model: NetbootModel;
  readonly facts: ImageBootFacts;
  readonly trim: TrimPlan;
  readonly payload: PayloadFacts;
  readonly image: Image;
  readonly prediction: Prediction;
  readonly predict: (change: Change) => Promise<Prediction>;
}

type Adviser = (input: AdviceInput) => Promise<readonly Advice[]>;

/** Dearest first. Nothing is advised to a board that would not boot: its first trouble is another. */
export async function advise(input: AdviceInput): Promise<readonly Advice[]> {
  if (input.prediction.stopped !== undefined) return [];
  const all = (await Promise.all(ADVISERS.map((adviser) => adviser(input)))).flat();
  return all.sort((a, b) => (b.saves?.ms ?? -1) - (a.saves?.ms ?? -1));
}

async function saved({ prediction, predict }: AdviceInput, change: Change): Promise<Saving> {
  const before = costOfAll(prediction.requests);
  const after = costOfAll((await predict(change)).requests);
  return {
    requests: before.requests - after.requests,
    bytes: before.bytes - after.bytes,
    blocks: before.blocks - after.blocks,
    ms: before.ms - after.ms,
  };
}

const cutDownNames = (model: NetbootModel) =>
  model === '4B' ? (['start4cd.elf', 'fixup4cd.dat'] as const) : (['start_cd.elf', 'fixup_cd.dat'] as const);

async function cutDownFirmware(input: AdviceInput): Promise<readonly Advice[]> {
  const { model, facts, trim } = input;
  const names = cutDownNames(model);
  const has = model === '4B' ? facts.cutDown.pi4 : facts.cutDown.pi3;
  if (has && trim.firmware === 'auto') return [];
  const text = 'the cut-down firmware (gpu_mem=16) has no camera and no codecs, and leaves more memory to the kernel';
  if (has) {
    return [{ text, how: 'trim: {firmware: auto}', saves: await saved(input, { trim: { firmware: 'auto' } }) }];
  }
  const sizes = Object.fromEntries(names.map((name) => [name, CUT_DOWN_FIRMWARE_SIZE[name] as number]));
  const change = { trim: { firmware: 'auto' }, sizes, facts: { cutDown: { pi3: true, pi4: true } } } as const;
  const how = `put ${names.join(' and ')} of Debian's raspi-firmware into the image`;
  return [{ text, how, saves: await saved(input, change) }];
}

async function noInitramfs(input: AdviceInput): Promise<readonly Advice[]> {
  const { facts, trim, payload, model } = input;
  if (facts.initramfs === undefined) return [];
  const { builtIn, release } = payload.kernel;
  const missing = builtIn && missingForNfsRoot(builtIn, piModel(model));
  if (trim.initramfs === 'none') {
    if (missing === undefined || missing.length === 0) return [];
    const text = `kernel ${release} will not mount its root without ${facts.initramfs}: it was built without ${missing.join(', ')}`;
    return [{ text, how: 'trim: {initramfs: keep}', saves: undefined }];
  }
  const saves = await saved(input, { trim: { initramfs: 'none' } });
  if (missing === undefined) {
    const needed = missingForNfsRoot(new Set(), piModel(model)).join(', ');
    const text = `${facts.initramfs} is not needed, but only if the kernel was built with ${needed}, which cannot be seen`;
    return [{ text, how: 'trim: {initramfs: none}', saves }];
  }
  if (missing.length === 0) {
    const text = `kernel ${release} mounts an NFS root by itself: ${facts.initramfs} is not needed`;
    return [{ text, how: 'trim: {initramfs: none}', saves }];
  }
  const text = `kernel ${release} needs ${facts.initramfs}, because it was built without ${missing.join(', ')}; one with these built in would save it`;
  return [{ text, how: undefined, saves }];
}

async function compressedKernel(input: AdviceInput): Promise<readonly Advice[]> {
  const { payload, trim, facts } = input;
  if (payload.compressedKernel === undefined || trim.kernel === 'compress') return [];
  const text = `${facts.kernel} is not compressed, and the firmware unpacks gzip`;
  const saves = await saved(input, { trim: { kernel: 'compress' } });
  return [{ text, how: 'trim: {kernel: compress}', saves }];
}

/** cpio of an initramfs that nobody compressed (Documentation/driver-api/early-userspace/buffer-format.rst). */
const CPIO = /^07070[12]/;

async function rawInitramfs({ facts, trim, image }: AdviceInput): Promise<readonly Advice[]> {
  if (facts.initramfs === undefined || trim.initramfs === 'none') return [];
  const found = await DISK_FILES.open(image.boot.directory, facts.initramfs);
  if (found.kind !== 'file') return [];
  const magic = Buffer.from(await found.file.head(6)).toString('latin1');
  if (!CPIO.test(magic)) return [];
  return [
    { text: `${facts.initramfs} is not compressed`, how: 'make it again with gzip, xz or zstd', saves: undefined },
  ];
}

/** What costs and cannot be helped, so that nobody looks for it. */
async function unavoidable({ prediction, model }: AdviceInput): Promise<readonly Advice[]> {
  const missing = prediction.requests.filter(({ outcome }) => outcome === 'missing');
  const seconds = (sum: number) => (sum / 1000).toFixed(1);
  const answered = missing.reduce((sum, { ms }) => sum + ms, 0);
  const silent = missing.reduce((sum, { stage }) => sum + UNANSWERED_MS[stage], 0);
  return [
    {
      text: `${missing.length} names that a ${model} always asks for are not there, and are answered so at once: ${seconds(answered)} s in all, where a server that keeps silent costs ${seconds(silent)} s`,
      how: undefined,
      saves: undefined,
    },
    {
      text: `device trees and firmware of other models are never asked for by a ${model}: taking them away saves it nothing`,
      how: undefined,
      saves: undefined,
    },
  ];
}

const ADVISERS: readonly Adviser[] = [cutDownFirmware, noInitramfs, compressedKernel, rawInitramfs, unavoidable];
