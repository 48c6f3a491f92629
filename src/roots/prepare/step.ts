/** A step of preparation: what of an image must be different for a board without a card, and why. */
import type { BootFacts } from '../facts/boot.ts';
import type { Layout } from '../facts/os.ts';
import type { StillTree } from '../still-tree.ts';

export type Edit =
  /** A file with this text. One that was there keeps its owner and mode. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'remove'; readonly path: string };

export interface StepContext {
  readonly root: StillTree;
  readonly boot: StillTree;
  readonly layout: Layout;
  readonly bootFacts: BootFacts;
}

export interface Planned {
  readonly edits: readonly Edit[];
  /** Words for the kernel's command line, besides those that are rendered for every board. */
  readonly cmdline?: readonly string[];
  /** Sentences for the report: what was found, and what was left. */
  readonly notes?: readonly string[];
}

export interface Step {
  /** `no-swap`: how it is named in reports and in commands. Never changes its meaning. */
  readonly name: string;
  readonly title: string;
  /** Pure but for reading; empty edits where the image needs nothing. */
  plan(context: StepContext): Planned;
}

/** Where units of packages are. */
const UNIT_DIRECTORIES = ['usr/lib/systemd/system', 'lib/systemd/system', 'etc/systemd/system'];

export function hasUnit(root: StillTree, unit: string): boolean {
  return (
    UNIT_DIRECTORIES.some((directory) => root.isFile(`${directory}/${unit}`)) ||
    root.isFile(`etc/init.d/${unit.replace(/\.service$/, '')}`)
  );
}

/**
 * Masks the units that the image has: it undoes nothing of a package, and holds over its upgrades (systemd.unit(5)). One
 * that is a file in /etc would be replaced, so only its links are taken away there.
 */
export function maskUnits(root: StillTree, units: readonly string[]): Edit[] {
  return units
    .filter((unit) => hasUnit(root, unit))
    .flatMap((unit): Edit[] => {
      const path = `etc/systemd/system/${unit}`;
      if (root.isFile(path)) return wantedBy(root, unit);
      return root.target(path) === '/dev/null' ? [] : [{ kind: 'link', path, target: '/dev/null' }];
    });
}

/** Removes the links that start a unit. */
function wantedBy(root: StillTree, unit: string): Edit[] {
  return root
    .list('etc/systemd/system')
    .filter((name) => /\.(wants|requires)$/.test(name) && root.has(`etc/systemd/system/${name}/${unit}`))
    .map((name) => ({ kind: 'remove', path: `etc/systemd/system/${name}/${unit}` }));
}
