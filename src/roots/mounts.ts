/** The kernel's table of mounts as this process sees it (proc_pid_mountinfo(5)). */
import { readFile } from 'node:fs/promises';

export interface Mount {
  /** Where it is mounted. */
  readonly target: string;
  /** `overlay`, `btrfs`, `ext4`. */
  readonly type: string;
  /** The device, or the name that was given for one. */
  readonly source: string;
  /** Options of the file system, as the kernel keeps them. */
  readonly options: ReadonlySet<string>;
}

/** In the order of the table: of two mounts on one target the later one is seen. Lines that are none are left out. */
export function parseMountInfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const target = before?.split(' ')[4];
    const [type, source, options] = after?.split(' ') ?? [];
    if (target === undefined || type === undefined || source === undefined) continue;
    mounts.push({
      target: unescapeOctal(target),
      type,
      source: unescapeOctal(source),
      options: new Set((options ?? '').split(',').map(unescapeOctal)),
    });
  }
  return mounts;
}

export const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export async function readMounts(): Promise<Mount[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

/** What is mounted on exactly `target`. */
export function mountedOn(mounts: readonly Mount[], target: string): Mount | undefined {
  return mounts.findLast((mount) => mount.target === target);
}

/** The mount that `path` (absolute, no links) lies on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    const below = mount.target === '/' || path === mount.target || path.startsWith(`${mount.target}/`);
    if (below && (found === undefined || mount.target.length >= found.target.length)) found = mount;
  }
  return found;
}
