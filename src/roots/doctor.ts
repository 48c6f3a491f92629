/** What `pirack doctor` says of roots: how images are cloned here, and which NFS server can serve the clones. */
import { existsSync } from 'node:fs';
import { readdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run as runProgram } from '../net/run.ts';
import type { Run } from './backends/backend.ts';
import { type Probe, probeBackends } from './backends/probe.ts';
import { quotaFinding, roomFinding } from './doctor-room.ts';
import { hasCode, messageOf } from './errors.ts';
import { detectServers, type ServerProbe } from './exports/detect.ts';
import { ensureDirectory } from './files.ts';
import { describeProblem, listImages } from './images.ts';

export interface Finding {
  readonly subject: string;
  readonly grade: 'ok' | 'degraded' | 'missing';
  readonly text: string;
  readonly fix: string | undefined;
}

/**
 * Looks at the file system below a directory that racks keep their state in, and at the images in a cache directory.
 *
 * @param directory need not exist
 */
export async function examineRootsDirectory(
  directory: string,
  cache: string,
  run: Run = runProgram,
): Promise<readonly Finding[]> {
  const images = await listImages(join(cache, 'images'));
  const usable = images.flatMap((each) => ('image' in each ? [each.image] : []));
  const findings = await examineRoots(directory, usable[0]?.root, run);
  return [...findings, ...images.map(imageFinding), ...(images.length === 0 ? [noImage(cache)] : [])];
}

/** @param imageRoot root of an image that overlays would lie on */
export async function examineRoots(
  directory: string,
  imageRoot: string | undefined,
  run: Run,
): Promise<readonly Finding[]> {
  const servers = serverFinding(await detectServers(process.env.PATH ?? ''));
  try {
    const probes = await probeIn(directory, imageRoot, run);
    return [cloneFinding(directory, probes), ...(await roomFindings(directory, probes)), servers];
  } catch (error) {
    const text = `${directory} cannot be tried: ${messageOf(error)}`;
    return [
      { subject: 'roots', grade: 'missing', text, fix: 'name a directory that can be written, or run as root' },
      servers,
    ];
  }
}

/** Tries in the directory itself, or in what will hold it, and leaves no directory behind that was not there. */
async function probeIn(directory: string, imageRoot: string | undefined, run: Run): Promise<Probe[]> {
  const made = await ensureDirectory(directory, 0o711);
  try {
    return await probeBackends(await realpath(directory), imageRoot, run, 'auto');
  } finally {
    if (made !== undefined) await removeEmpty(directory, made);
  }
}

/** Room, and what would keep boards to theirs, on the file system that holds the directory or will. */
async function roomFindings(directory: string, probes: readonly Probe[]): Promise<Finding[]> {
  const backend = probes.find((probe) => probe.refusal === undefined)?.name;
  let at = directory;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const found = [roomFinding(at)];
  return backend === undefined ? found : [...found, await quotaFinding(await realpath(at), backend)];
}

/** Removes the empty directories from `path` up to `top`. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let at = path; at.length >= top.length; at = dirname(at)) {
    if ((await readdir(at)).length > 0) return;
    await rmdir(at).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT', 'ENOTEMPTY')) throw error;
    });
  }
}

const COST: Readonly<Record<Probe['name'], string>> = {
  btrfs: 'a few milliseconds a root',
  overlay: 'a few milliseconds a root',
  reflink: 'about a second a root',
  copy: 'seconds and the whole size of the image a root',
};

export function cloneFinding(directory: string, probes: readonly Probe[]): Finding {
  const subject = `roots in ${directory}`;
  const best = probes.find((probe) => probe.refusal === undefined);
  const refusals = probes.flatMap(({ name, refusal }) => (refusal === undefined ? [] : [`not ${name}: ${refusal}`]));
  const why = refusals.length === 0 ? '' : ` (${refusals.join('; ')})`;
  if (best === undefined) {
    return {
      subject,
      grade: 'missing',
      text: `no way to clone an image works${why}`,
      fix: 'run as root, on a file system with room',
    };
  }
  const text = `cloned by ${best.name}, ${COST[best.name]}${why}`;
  if (best.name === 'overlay' && best.durableHandles === false) {
    return {
      subject,
      grade: 'degraded',
      text: `${text}; this kernel gives overlays no id of their own, so all boards must reboot when this machine does`,
      fix: 'use Linux 6.6 or later, or roots on btrfs',
    };
  }
  if (best.name === 'copy')
    return { subject, grade: 'degraded', text, fix: 'put the roots on btrfs or XFS, or run as root for overlays' };
  return { subject, grade: 'ok', text, fix: undefined };
}

export function serverFinding(probes: readonly ServerProbe[]): Finding {
  const subject = 'serving roots';
  const usable = probes.filter((probe) => probe.refusals.length === 0).map((probe) => probe.name);
  const refusals = probes.flatMap(({ name, refusals }) =>
    refusals.length === 0 ? [] : [`not ${name}: ${refusals.join(', ')}`],
  );
  const why = refusals.length === 0 ? '' : ` (${refusals.join('; ')})`;
  if (usable.length > 0) return { subject, grade: 'ok', text: `by ${usable.join(' or ')}${why}`, fix: undefined };
  const fix = 'as root: apt-get install nfs-ganesha nfs-ganesha-vfs rpcbind dbus';
  return { subject, grade: 'missing', text: `no NFS server can: boards get no root file system${why}`, fix };
}

function imageFinding(each: Awaited<ReturnType<typeof listImages>>[number]): Finding {
  const subject = `image ${each.directory}`;
  if ('image' in each) return { subject, grade: 'ok', text: each.image.id, fix: undefined };
  const text = each.problems.map(describeProblem).join('; ');
  return { subject, grade: 'degraded', text, fix: 'make it again: scripts/make-image --replace' };
}

const noImage = (cache: string): Finding => ({
  subject: 'images',
  grade: 'degraded',
  text: `none in ${join(cache, 'images')}`,
  fix: 'scripts/make-image makes one from Debian packages',
});
