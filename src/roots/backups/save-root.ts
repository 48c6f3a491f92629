/** One backup of one root: a picture of it, restic over the picture, and what is to be said about both. */
import { join } from 'node:path';
import type { BackupsPlan } from '../../rack/plan.ts';
import { minutes, type SlotNumber } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import type { Run } from '../backends/backend.ts';
import { NotPossible } from '../errors.ts';
import type { Image } from '../images.ts';
import { type PlaceName, placeOf, readCloneRecord } from '../place.ts';
import { differences } from './alike.ts';
import { BackupIncomplete } from './errors.ts';
import { type Picture, takePicture, workIn } from './pictures.ts';
import type { Restic, Saved } from './restic.ts';
import type { Labels, Stillness } from './snapshot.ts';
import { withRestored } from './staging.ts';

export interface SaveRootRequest {
  /** Directory of the roots. */
  readonly directory: string;
  readonly place: PlaceName;
  readonly slot: SlotNumber;
  /** That the root was cloned from; undefined: it is not known here any more. */
  readonly image: Image | undefined;
  readonly labels: Labels;
  readonly plan: Pick<BackupsPlan, 'exclude' | 'largestFile'>;
  /** Restore it at once, and compare with the picture. */
  readonly trial: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: (text: string) => void;
}

export interface SavedRoot extends Saved {
  readonly stillness: Stillness;
  /** Files that are larger than what is saved. */
  readonly leftOut: readonly string[];
  readonly tried: boolean;
}

const LOOK_LIMIT = minutes(30);
const NAMED = 20;
const MOST_NAME = 200;

/** Throws when nothing was saved, when something is missing in it, or when it does not restore to what was saved. */
export async function saveRoot(run: Run, restic: Restic, request: SaveRootRequest): Promise<SavedRoot> {
  const { directory, place, slot, image, labels, plan, trial, signal, progress = () => undefined } = request;
  const path = placeOf(directory, place);
  const record = await readCloneRecord(path);
  if (record === undefined || 'damaged' in record)
    throw new NotPossible(`the root ${place} cannot be saved`, [record?.damaged ?? 'it is not there']);
  signal?.throwIfAborted();
  progress('taking the picture');
  const picture = await takePicture({ directory, slot, place: path, backend: record.backend, image, run });
  try {
    const leftOut = await tooLarge(run, picture, plan.largestFile);
    const saved = await restic.save({
      directory: picture.directory,
      names: ['root'],
      labels: { ...labels, stillness: picture.stillness },
      exclude: plan.exclude.map((pattern) => join(picture.root, pattern)),
      largestFile: plan.largestFile,
      signal,
      progress: (fraction) => progress(`${Math.floor(fraction * 100)} %`),
    });
    if (trial) {
      progress('restoring it for trial');
      const whole = plan.exclude.length === 0 && leftOut.length === 0;
      await tryRestore({ run, restic, directory, picture, snapshot: saved.snapshot, whole, signal });
    }
    return { ...saved, stillness: picture.stillness, leftOut, tried: trial };
  } finally {
    await picture.drop();
  }
}

interface Trial {
  readonly run: Run;
  readonly restic: Restic;
  readonly directory: string;
  readonly picture: Picture;
  readonly snapshot: string;
  /** Nothing was left out, so nothing may be missing. */
  readonly whole: boolean;
  readonly signal: AbortSignal | undefined;
}

async function tryRestore({ run, restic, directory, picture, snapshot, whole, signal }: Trial): Promise<void> {
  await withRestored(
    restic,
    { directory: workIn(directory), name: `trial-${snapshot}`, snapshot, signal },
    async (tree) => {
      const found = whole
        ? await differences(run, picture.root, tree)
        : await differences(run, tree, picture.root, { others: 'allowed' });
      if (found.count === 0) return;
      throw new BackupIncomplete(
        snapshot,
        `backup ${snapshot} was restored for trial and differs from what was saved in ${found.count} places: ${found.first.join('; ')}`,
      );
    },
  );
}

/** Names as in the root, fit to be shown; the first of many. */
async function tooLarge(run: Run, picture: Picture, kibibytes: number): Promise<readonly string[]> {
  const size = `+${kibibytes}k`;
  const { stdout } = await run('find', [picture.root, '-type', 'f', '-size', size, '-printf', '/%P\\0'], {
    timeout: LOOK_LIMIT,
  });
  const names = stdout.split('\0').filter((name) => name !== '');
  const shown = names.slice(0, NAMED).map((name) => printable(name, MOST_NAME));
  return names.length <= NAMED ? shown : [...shown, `and ${names.length - NAMED} more`];
}
