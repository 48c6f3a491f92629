/** The last steps of an image in the making: preparation, manifest, description. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BootFacts } from '../facts/boot.ts';
import type { Layout, OsFacts } from '../facts/os.ts';
import { type Prepared, prepareImage } from '../prepare/index.ts';
import type { ImageDetails } from './details.ts';
import { factsFrom, MANIFEST, type ManifestSummary, writeManifest } from './manifest-file.ts';

/** What is known of an image before it is prepared. */
export interface Identified {
  readonly name: string;
  readonly version: string;
  /** ISO 8601. */
  readonly created: string;
  readonly arch: 'arm64' | 'armhf';
  readonly os: OsFacts;
  readonly layout: Layout;
  readonly reason: string | undefined;
  readonly bootFacts: BootFacts;
  /** Words for the kernel's command line that come with the image. */
  readonly cmdline: string;
}

export interface FinishOptions {
  readonly prepare?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { phase: 'hashing' | 'preparing'; done: number; total: number | undefined }) => void;
}

/** Prepares the image in `directory` and writes its manifest; the text of its image.json, which is the caller's to write. */
export async function writePrepared(
  directory: string,
  identified: Identified,
  origin: Pick<ImageDetails, 'source' | 'capabilities' | 'dropped'>,
  options: FinishOptions,
): Promise<{ image: string; details: ImageDetails }> {
  const { os, layout, reason, bootFacts } = identified;
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    options.onProgress?.({ phase: 'hashing', done, total: undefined });
  };
  const before = join(directory, `${MANIFEST}.before`);
  const pristine = await writeManifest(directory, before, { onBytes, signal: options.signal });
  options.onProgress?.({ phase: 'preparing', done: 0, total: undefined });
  const prepared = options.prepare === false ? [] : prepareImage(directory, { layout, bootFacts });
  const manifest = await rewriteManifest(directory, before, prepared);
  const details: ImageDetails = {
    ...origin,
    os,
    layout,
    ...(reason === undefined ? {} : { layoutReason: reason }),
    kernels: bootFacts.kernels.map(({ release, ...kernel }) => ({
      ...kernel,
      ...(release === undefined ? {} : { release }),
    })),
    models: [...bootFacts.models],
    prepared: prepared.map((report) => ({
      ...report,
      changes: [...report.changes],
      cmdline: [...report.cmdline],
      notes: [...report.notes],
    })),
    pristine: pristine.sha256,
    manifest,
  };
  return { image: describe(identified, details), details };
}

/** Writes the manifest anew; of the old one at `before`, which goes, all is taken but what the steps changed. */
export async function rewriteManifest(directory: string, before: string, changed: Prepared): Promise<ManifestSummary> {
  const paths = new Set(changed.flatMap(({ changes }) => changes.map(({ path }) => `root/${path}`)));
  const known = factsFrom(before, paths);
  try {
    return await writeManifest(directory, join(directory, MANIFEST), { known });
  } finally {
    known.close();
    rmSync(before);
  }
}

function describe({ name, version, created, arch, bootFacts, cmdline }: Identified, details: ImageDetails): string {
  const { kernel, initramfs } = bootFacts;
  const words = [cmdline, ...details.prepared.flatMap((step) => step.cmdline)].filter((word) => word !== '').join(' ');
  const boot = { kernel, ...(initramfs === undefined ? {} : { initramfs }), cmdline: words };
  return `${JSON.stringify({ name, version, created, arch, boot, details }, undefined, 2)}\n`;
}
