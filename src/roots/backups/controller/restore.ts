/**
 * The controller back from its backup, on a machine that need have nothing but pirack and the repository's password. All is
 * laid out and checked beside the state first; the databases get their place last, by a rename.
 */
import { chmod, chown, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../../rack/clock.ts';
import { NotPossible } from '../../errors.ts';
import { ensureDirectory, isThere, syncDirectory } from '../../files.ts';
import { NoSuchBackup } from '../errors.ts';
import type { Restic } from '../restic.ts';
import type { Snapshot } from '../snapshot.ts';
import { SAVED_AS, withRestored } from '../staging.ts';
import { type Adopted, adoptState } from './adopt-state.ts';
import { integrityOf } from './copy-database.ts';
import { type ControllerManifest, MANIFEST, manifestSchema } from './manifest.ts';
import { DATABASES, KEYS } from './save.ts';

export interface RestoreControllerRequest {
  /** Directory with one directory a rack. */
  readonly stateRoot: string;
  /** Left out: the only one in the repository. */
  readonly rack?: string | undefined;
  readonly snapshot?: string | undefined;
  /** Move a state that is there aside. */
  readonly replace: boolean;
  readonly clock: Clock;
  readonly tell: (text: string) => void;
}

export interface RestoredController {
  readonly rack: string;
  readonly manifest: ControllerManifest;
  readonly stateDirectory: string;
  /** Where the state that was there is now. */
  readonly movedTo: string | undefined;
  /** Files that were there and are other ones: the restored one lies beside. */
  readonly beside: readonly string[];
  readonly adopted: Adopted;
  readonly images: readonly string[];
}

export async function restoreController(
  restic: Restic,
  request: RestoreControllerRequest,
): Promise<RestoredController> {
  const { stateRoot, replace, clock, tell } = request;
  const all = await restic.everySnapshot();
  const found = choose(all, request);
  const stateDirectory = join(stateRoot, found.rack);
  if ((await isThere(join(stateDirectory, 'state.db'))) && !replace) {
    throw new NotPossible(`the controller is not restored`, [
      `${stateDirectory} has a state already: --replace moves it aside`,
    ]);
  }
  tell(`restoring backup ${found.id.slice(0, 8)} of ${new Date(found.at).toISOString().slice(0, 16)} UTC`);
  const staged = { directory: join(stateRoot, '.restoring'), name: found.rack, snapshot: found.id };
  const result = await withRestored(
    restic,
    staged,
    async (tree) => {
      const manifest = await readManifest(tree, found.rack);
      for (const name of DATABASES) {
        const verdict = integrityOf(join(tree, name));
        if (verdict !== 'ok') throw new NotPossible(`${name} of the backup is damaged`, [verdict]);
      }
      const ofRack = all.filter(({ rack }) => rack === found.rack);
      const adopted = await adoptState(join(tree, 'state.db'), {
        manifest,
        snapshots: ofRack,
        savedAt: found.at,
        clock,
      });
      const beside: string[] = [];
      for (const file of manifest.files) {
        const left = await putBack(join(tree, file.stored), file);
        if (left !== undefined) beside.push(left);
      }
      const movedTo = await moveAside(stateDirectory, clock);
      await ensureDirectory(stateDirectory, 0o750);
      for (const name of KEYS)
        if (await isThere(join(tree, name))) await moveInto(join(tree, name), join(stateDirectory, name), 0o600);
      // state.db last: with it the state is there.
      for (const name of [...DATABASES].reverse()) await moveInto(join(tree, name), join(stateDirectory, name), 0o640);
      await syncDirectory(stateDirectory);
      return { rack: found.rack, manifest, stateDirectory, movedTo, beside, adopted };
    },
    SAVED_AS.controller,
  );
  await rm(join(stateRoot, '.restoring'), { recursive: true, force: true });
  return { ...result, images: await restoreImages(restic, all, result.manifest, tell) };
}

function choose(all: readonly Snapshot[], { rack, snapshot }: RestoreControllerRequest): Snapshot {
  const controllers = all.filter(({ what }) => what === 'controller');
  const racks = [...new Set(controllers.map((each) => each.rack))];
  if (racks.length === 0) throw new NoSuchBackup('the repository has no backup of a controller');
  if (rack === undefined && racks.length > 1)
    throw new NoSuchBackup(`the repository has several racks: say --rack ${racks.join(' or --rack ')}`);
  const of = controllers.filter((each) => rack === undefined || each.rack === rack);
  const matching = snapshot === undefined ? of.slice(-1) : of.filter(({ id }) => id.startsWith(snapshot));
  const [found, another] = matching;
  if (found !== undefined && another === undefined) return found;
  const which = of.map(({ id, at }) => `${id.slice(0, 8)} (${new Date(at).toISOString().slice(0, 16)})`).slice(-5);
  throw new NoSuchBackup(
    of.length === 0
      ? `the repository has no backup of the controller of ${rack}: expected ${racks.join(' or ')}`
      : `${found === undefined ? 'no backup' : 'more than one backup'} of the controller is ${snapshot}: expected one of ${which.join(', ')}`,
  );
}

async function readManifest(tree: string, rack: string): Promise<ControllerManifest> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(tree, MANIFEST), 'utf8')));
  if (manifest.rack === rack) return manifest;
  throw new NotPossible('the backup cannot be used', [
    `it is of rack ${manifest.rack}, and says that it is of ${rack}`,
  ]);
}

/** What is there is never overwritten: with other content, the restored file lies beside it, and its path is the result. */
async function putBack(from: string, file: ControllerManifest['files'][number]): Promise<string | undefined> {
  const taken = await isThere(file.path);
  if (taken && (await readFile(file.path)).equals(await readFile(from))) return undefined;
  const target = taken ? `${file.path}.restored` : file.path;
  await ensureDirectory(dirname(target), 0o755);
  const fresh = `${target}.new`;
  await rm(fresh, { force: true });
  await copyFile(from, fresh);
  // Readable by nobody else at any moment: the stage gave it no more than its mode.
  await chmod(fresh, 0o600);
  await chown(fresh, file.uid, file.gid);
  await chmod(fresh, file.mode);
  await rename(fresh, target);
  return taken ? target : undefined;
}

/** Resolves with where it is now; undefined when there was nothing. */
async function moveAside(stateDirectory: string, clock: Clock): Promise<string | undefined> {
  if (!(await isThere(join(stateDirectory, 'state.db')))) return undefined;
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const aside = join(stateDirectory, `before-restore-${stamp}`);
  await mkdir(aside, { mode: 0o700 });
  // Roots may lie in the same directory, and stay. A log of before must not be read into the new database.
  for (const name of [...KEYS, ...DATABASES.flatMap((each) => [each, `${each}-wal`, `${each}-shm`])]) {
    if (await isThere(join(stateDirectory, name))) await rename(join(stateDirectory, name), join(aside, name));
  }
  return aside;
}

/** Below the state's own directory: on one file system. */
async function moveInto(from: string, to: string, mode: number): Promise<void> {
  await chmod(from, mode);
  await rename(from, to);
}

/** Images that were saved whole, where they were; resolves with those that are neither there nor saved. */
async function restoreImages(
  restic: Restic,
  all: readonly Snapshot[],
  { rack, images }: ControllerManifest,
  tell: (text: string) => void,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { id, directory } of images) {
    if (await isThere(join(directory, 'image.json'))) continue;
    const saved = all.findLast((each) => each.what === 'image' && each.image === id && each.rack === rack);
    if (saved === undefined) {
      missing.push(id);
      continue;
    }
    tell(`restoring image ${id}`);
    const above = dirname(directory);
    await ensureDirectory(above, 0o755);
    const staged = { directory: join(above, '.restoring'), name: basename(directory), snapshot: saved.id };
    await withRestored(restic, staged, (tree) => rename(tree, directory), `/${basename(directory)}`);
    await rm(join(above, '.restoring'), { recursive: true, force: true });
  }
  return missing;
}
