/** A new version of an image with steps of its preparation taken back: the image itself is never changed. */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../backends/backend.ts';
import { copyTree } from '../backends/tree.ts';
import type { Image } from '../images.ts';
import { type Prepared, undoStep } from '../prepare/index.ts';
import { type ImageDetails, readDetails } from './details.ts';
import { rewriteManifest } from './finish.ts';
import { MANIFEST } from './manifest-file.ts';
import { formatReference } from './reference.ts';
import { ImageExists, type ImageStore } from './store.ts';

export class NoSuchStep extends Error {
  override readonly name = 'NoSuchStep';
}

export interface UndoOptions {
  readonly steps: readonly string[];
  readonly version: string;
  readonly run: Run;
  readonly now: () => Date;
}

export interface Undone {
  readonly image: Image;
  /** With every step undone: whether the files are again what was imported. */
  readonly pristine: boolean;
}

/** Throws NoSuchStep, ImageExists. */
export async function undoSteps(store: ImageStore, image: Image, options: UndoOptions): Promise<Undone> {
  const details = readDetails(image.directory);
  const known = details?.prepared.map(({ step }) => step) ?? [];
  for (const step of options.steps)
    if (!known.includes(step))
      throw new NoSuchStep(`${image.id} was not prepared by ${step}; its steps: ${known.join(', ') || 'none'}`);
  if (store.has(image.name, options.version)) throw new ImageExists(formatReference(image.name, options.version));
  const work = await store.begin();
  try {
    const made = join(work, 'new');
    await mkdir(made);
    await chmod(made, 0o755);
    await copyTree(options.run, image.directory, made, 'auto');
    const derived = await undoIn(made, details as ImageDetails, image, options);
    return {
      image: await store.publish(made, image.name, options.version),
      pristine: derived.manifest.sha256 === details?.pristine,
    };
  } finally {
    await store.abandon(work);
  }
}

async function undoIn(
  made: string,
  details: ImageDetails,
  image: Image,
  { steps, version, now }: UndoOptions,
): Promise<ImageDetails> {
  const undone = details.prepared.filter(({ step }) => steps.includes(step));
  let left: Prepared = details.prepared;
  for (const { step } of undone.toReversed()) left = undoStep(made, left, step);
  const before = join(made, `${MANIFEST}.before`);
  await writeFile(before, await readFile(join(made, MANIFEST)));
  await rm(join(made, MANIFEST));
  const manifest = await rewriteManifest(made, before, undone);
  const derived: ImageDetails = {
    ...details,
    prepared: details.prepared.filter(({ step }) => left.some((each) => each.step === step)),
    manifest,
    derivedFrom: image.id,
  };
  const description = JSON.parse(await readFile(join(made, 'image.json'), 'utf8')) as { boot: object };
  const cmdline = without(
    image.boot.cmdline,
    undone.flatMap((step) => step.cmdline),
  );
  const text = {
    ...description,
    version,
    created: now().toISOString(),
    boot: { ...description.boot, cmdline },
    details: derived,
  };
  await writeFile(join(made, 'image.json'), `${JSON.stringify(text, undefined, 2)}\n`);
  return derived;
}

function without(cmdline: string, words: readonly string[]): string {
  const left = cmdline.split(' ');
  for (const word of words) if (left.includes(word)) left.splice(left.indexOf(word), 1);
  return left.join(' ');
}
