/**
 * A picture of a root: a tree that nobody writes to, at a path that is the slot's own, taken away when it was read. restic
 * reads nothing else: what a tenant can change while it is walked may lead the walker anywhere.
 *
 * - btrfs: a read-only snapshot: all files at one instant
 * - overlay: a copy of what the board wrote, mounted read-only over the image
 * - reflink: a copy that shares its blocks: each file at one instant, one after the other
 * - copy: a copy
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed } from '../../net/run.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { BackendName, Run } from '../backends/backend.ts';
import { discardTree } from '../backends/tree.ts';
import { hasCode } from '../errors.ts';
import { ensureDirectory } from '../files.ts';
import type { Image } from '../images.ts';
import { mountedOn, readMounts } from '../mounts.ts';
import { dataIn, placeName, rootIn } from '../place.ts';
import { copiedInPlace } from './hard-links.ts';
import { runInside } from './sandbox.ts';
import type { Stillness } from './snapshot.ts';

export interface Picture {
  /** The directory that `root` is in. */
  readonly directory: string;
  /** The tree itself. */
  readonly root: string;
  readonly stillness: Stillness;
  drop(): Promise<void>;
}

export interface PictureRequest {
  /** Directory of the roots. */
  readonly directory: string;
  readonly slot: SlotNumber;
  /** Of the root: `…/slot-007`. */
  readonly place: string;
  readonly backend: BackendName;
  /** That the root was cloned from; overlays need it. */
  readonly image: Image | undefined;
  readonly run: Run;
}

const PICTURES = '.backup';
/** Trees of a backup or a restore that are on their way: no other user may reach the setuid programs in them. */
export const workIn = (directory: string): string => join(directory, PICTURES);

export async function takePicture(request: PictureRequest): Promise<Picture> {
  const { run, slot, directory } = request;
  const own = join(workIn(directory), placeName(slot));
  await dropPicture(run, own);
  await ensureDirectory(workIn(directory), 0o700);
  await mkdir(own, { mode: 0o700 });
  try {
    const stillness = await take(request, own);
    return { directory: own, root: rootIn(own), stillness, drop: () => dropPicture(run, own) };
  } catch (error) {
    await dropPicture(run, own);
    throw error;
  }
}

/** Takes away what a controller that died has left of any picture or restore. */
export async function dropAllPictures(run: Run, directory: string): Promise<void> {
  for (const name of await namesIn(workIn(directory))) await dropPicture(run, join(workIn(directory), name));
}

async function take({ run, place, backend, image }: PictureRequest, own: string): Promise<Stillness> {
  switch (backend) {
    case 'btrfs':
      await run('btrfs', ['subvolume', 'snapshot', '-r', '--', dataIn(place), rootIn(own)]);
      return 'instant';
    case 'reflink':
      await copyLive(run, rootIn(place), rootIn(own), 'always');
      return 'files';
    case 'copy':
      return (await copyLive(run, rootIn(place), rootIn(own), 'auto')) ? 'files' : 'loose';
    case 'overlay':
      return takeOverlay(run, place, image, own);
  }
}

/** Only what the board wrote is copied. A name that a copy of the upper layer would show as it was takes all of it. */
async function takeOverlay(run: Run, place: string, image: Image | undefined, own: string): Promise<Stillness> {
  const upper = join(dataIn(place), 'upper');
  if (image === undefined || (await copiedInPlace(run, image.root, upper, rootIn(place)))) {
    await copyLive(run, rootIn(place), rootIn(own), 'auto');
    return 'loose';
  }
  const still = dataIn(own);
  const shares = await copyLive(run, upper, still, 'auto');
  await mkdir(rootIn(own), { mode: 0o700 });
  const layers = `lowerdir=${still}:${image.root}`;
  const options = [
    'ro',
    'nosuid',
    'nodev',
    'noexec',
    layers,
    'redirect_dir=follow',
    'index=off',
    'metacopy=off',
    'xino=on',
  ];
  await run('mount', ['-t', 'overlay', '-o', options.join(','), '--', 'pirack-backup', rootIn(own)]);
  return shares ? 'files' : 'loose';
}

/** Copies a tree that its board writes to. Resolves with whether its files share their blocks, and so were taken whole. */
async function copyLive(run: Run, from: string, to: string, reflink: 'always' | 'auto'): Promise<boolean> {
  const seen = [
    { from, as: '/from' },
    { from: to, as: '/to', writable: true },
  ];
  const copy = async (how: 'always' | 'auto') => {
    await mkdir(to, { mode: 0o700 });
    await runInside(run, seen, 'cp', ['-a', `--reflink=${how}`, '--', '/from/.', '/to']);
  };
  try {
    await copy('always');
    return true;
  } catch (error) {
    if (reflink === 'always' || !(error instanceof CommandFailed)) throw error;
    await discardTree(run, to);
    await copy('auto');
    return false;
  }
}

async function dropPicture(run: Run, own: string): Promise<void> {
  const names = await namesIn(own);
  if (mountedOn(await readMounts(), rootIn(own)) !== undefined) await run('umount', ['--', rootIn(own)]);
  for (const name of names) await discardTree(run, join(own, name));
  await rm(own, { recursive: true, force: true });
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
