/** Prepares an unpacked image for boards without a card: named steps, a report of each, and the way back. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StillTree } from '../still-tree.ts';
import { applyEdits, describeEdits, undoEdits } from './edits.ts';
import type { StepContext } from './step.ts';
import { STEPS } from './steps/index.ts';

export interface StepReport {
  readonly step: string;
  readonly title: string;
  readonly changes: readonly { readonly path: string; readonly change: 'added' | 'changed' | 'removed' }[];
  /** Words that were added to the kernel's command line. */
  readonly cmdline: readonly string[];
  readonly notes: readonly string[];
}

/** Steps that found nothing to do are left out. */
export type Prepared = readonly StepReport[];

export const ORIGINALS = 'originals';

/**
 * Applies every step to the unpacked image in `directory`, whose originals go to `directory/originals/STEP`. Nothing is done
 * to a layout that is not known: what an unknown system does at its first boot nobody here can say.
 */
export function prepareImage(directory: string, context: Omit<StepContext, 'root' | 'boot'>): Prepared {
  if (context.layout === 'unknown' || context.layout === 'pirack') return [];
  const root = new StillTree(join(directory, 'root'));
  const boot = new StillTree(join(directory, 'boot'));
  const reports: StepReport[] = [];
  const touched = new Map<string, string>();
  const made = new Set<string>();
  for (const step of STEPS) {
    const { edits, cmdline = [], notes = [] } = step.plan({ ...context, root, boot });
    for (const { path } of edits) {
      if (touched.has(path))
        throw new Error(
          `the steps ${touched.get(path)} and ${step.name} both touch ${path}: neither could be undone alone`,
        );
      touched.set(path, step.name);
    }
    if (edits.length === 0 && cmdline.length === 0 && notes.length === 0) continue;
    const changes = describeEdits(edits, root);
    const originals = join(directory, ORIGINALS, step.name);
    mkdirSync(originals, { recursive: true, mode: 0o700 });
    applyEdits(root, edits, originals, made);
    reports.push({ step: step.name, title: step.title, changes, cmdline, notes });
  }
  return reports;
}

/** Takes one step back in the image in `directory`; what is left of the report. */
export function undoStep(directory: string, prepared: Prepared, name: string): Prepared {
  const originals = join(directory, ORIGINALS, name);
  undoEdits(new StillTree(join(directory, 'root')), originals);
  rmSync(originals, { recursive: true });
  return prepared.filter(({ step }) => step !== name);
}
