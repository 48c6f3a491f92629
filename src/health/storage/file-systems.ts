/** Measures file systems: room, inodes, whether they still take a write, and the errors that the kernel counts as files. */
import { readdir, readFile, realpath, stat, statfs, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bytes } from '../../rack/units.ts';
import type { FileSystemSample } from './sample.ts';

/** Written and removed at each look. A disk that is full is told by its room: that is no fault. */
const PROBE = '.pirack-writable';
const FULL: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** One sample a file system, for the first of the directories that lie on it. Directories that are not there are left out. */
export async function sampleFileSystems(
  directories: readonly string[],
  sys = '/sys/fs',
): Promise<readonly FileSystemSample[]> {
  const seen = new Set<number>();
  const samples: FileSystemSample[] = [];
  for (const path of directories) {
    const device = await stat(path).then(
      ({ dev }) => dev,
      () => undefined,
    );
    if (device === undefined || seen.has(device)) continue;
    seen.add(device);
    const { bsize, blocks, bavail, files, ffree } = await statfs(path);
    samples.push({
      path,
      size: bytes(bsize * blocks),
      free: bytes(bsize * bavail),
      files,
      filesFree: ffree,
      refusesWrites: await refusal(path),
      errors: await countedErrors(await deviceOf(path), sys),
    });
  }
  return samples;
}

async function refusal(path: string): Promise<string | undefined> {
  const probe = join(path, PROBE);
  try {
    await writeFile(probe, '', { flush: true, mode: 0o600 });
    await unlink(probe);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return FULL.includes(code) ? undefined : code;
  }
}

/** The device of the mount that the path lies on, without `/dev`: `sda2`, `dm-0`. */
async function deviceOf(path: string): Promise<string> {
  let best = { length: -1, source: '' };
  for (const line of (await readFile('/proc/self/mounts', 'utf8')).split('\n')) {
    const [source = '', target = ''] = line.split(' ');
    const isAbove = path === target || path.startsWith(target === '/' ? '/' : `${target}/`);
    if (isAbove && target.length >= best.length) best = { length: target.length, source };
  }
  return basename(await realpath(best.source).catch(() => best.source));
}

/** btrfs counts by device (devinfo, since Linux 5.14); ext4 has one number. XFS counts none: it stops taking writes. */
async function countedErrors(device: string, sys: string): Promise<FileSystemSample['errors']> {
  const ext4 = await text(join(sys, 'ext4', device, 'errors_count'));
  if (ext4 !== undefined) return [{ device, count: Number(ext4) || 0 }];
  for (const uuid of await names(join(sys, 'btrfs'))) {
    const base = join(sys, 'btrfs', uuid);
    if (!(await names(join(base, 'devices'))).includes(device)) continue;
    const numbers = await names(join(base, 'devinfo'));
    return Promise.all(
      numbers.map(async (number) => {
        const stats = (await text(join(base, 'devinfo', number, 'error_stats'))) ?? '';
        const count = [...stats.matchAll(/ (\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
        return { device: `device ${number}`, count };
      }),
    );
  }
  return [];
}

const names = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
const text = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
