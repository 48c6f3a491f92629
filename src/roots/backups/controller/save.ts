/**
 * A backup of the controller: what a new machine needs besides pirack itself, the repository's password and the images.
 * Databases are copied first, so that they are whole; the copies lie in a directory that only root can enter.
 */
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupsPlan, Plan } from '../../../rack/plan.ts';
import type { Millis } from '../../../rack/units.ts';
import { hasCode } from '../../errors.ts';
import { ensureDirectory } from '../../files.ts';
import type { Image } from '../../images.ts';
import type { Restic, Saved } from '../restic.ts';
import { copyDatabase } from './copy-database.ts';
import { type ControllerManifest, MANIFEST, type SavedFile } from './manifest.ts';

export const DATABASES = ['state.db', 'health.db'] as const;
/** By which boards know their controller: their roots have its public half. */
export const KEYS = ['controller_ed25519_key'] as const;

export interface SaveControllerRequest {
  readonly plan: Pick<Plan, 'rack' | 'roots'>;
  readonly backups: Pick<BackupsPlan, 'files' | 'variables'>;
  readonly stateDirectory: string;
  /** Directory for the copies. */
  readonly work: string;
  /** Those that roots were cloned from. */
  readonly images: readonly Image[];
  readonly now: Millis;
  readonly signal?: AbortSignal;
}

export async function saveController(restic: Restic, request: SaveControllerRequest): Promise<Saved> {
  const { plan, backups, stateDirectory, work, images, now, signal } = request;
  const stage = join(work, 'controller');
  await ensureDirectory(work, 0o700);
  await rm(stage, { recursive: true, force: true });
  await mkdir(stage, { mode: 0o700 });
  try {
    for (const name of DATABASES) await copyDatabase(join(stateDirectory, name), join(stage, name));
    await copyKeys(stateDirectory, stage);
    const { files, missing } = await copyFiles(backups.files, stage);
    await copyImageFacts(images, stage);
    const manifest: ControllerManifest = {
      format: 1,
      rack: plan.rack,
      savedAt: new Date(now).toISOString(),
      rackFile: backups.files[0] ?? '',
      rootsDirectory: plan.roots.directory,
      files,
      missing,
      variables: [...backups.variables],
      images: images.map(({ id, directory }) => ({ id, directory })),
    };
    await writeFile(join(stage, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    return await restic.save({ directory: work, names: ['controller'], labels: { what: 'controller' }, signal });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** A controller that never had one makes it at its next start. */
async function copyKeys(stateDirectory: string, stage: string): Promise<void> {
  for (const name of KEYS) {
    try {
      await copyFile(join(stateDirectory, name), join(stage, name));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

async function copyFiles(paths: readonly string[], stage: string): Promise<{ files: SavedFile[]; missing: string[] }> {
  await mkdir(join(stage, 'files'), { mode: 0o700 });
  const files: SavedFile[] = [];
  const missing: string[] = [];
  for (const path of paths) {
    const stored = `files/${files.length}`;
    try {
      const { mode, uid, gid } = await stat(path);
      await copyFile(path, join(stage, stored));
      files.push({ path, stored, mode: mode & 0o7777, uid, gid });
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR')) throw error;
      missing.push(path);
    }
  }
  return { files, missing };
}

/** Descriptions and manifests; what is larger is the image itself. */
const MOST = 64 * 1024 * 1024;

async function copyImageFacts(images: readonly Image[], stage: string): Promise<void> {
  await mkdir(join(stage, 'images'), { mode: 0o700 });
  for (const { id, directory } of images) {
    const into = join(stage, 'images', id.replaceAll('/', '_'));
    await mkdir(into, { recursive: true });
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isFile() && (await stat(path)).size <= MOST) await copyFile(path, join(into, entry.name));
    }
  }
}
