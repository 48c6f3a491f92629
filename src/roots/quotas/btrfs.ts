/**
 * Quotas of snapshots, by the qgroup that every subvolume has. Two limits where all is counted: a snapshot begins with all
 * of the image as *referenced*, and may hold as much more; and what is *exclusive*, the room that it really takes, may not
 * grow beyond the size either, whatever of the image is deleted. Exclusive alone would not do: what a backup's snapshot
 * holds as well is no longer exclusive, and could be written again after each backup.
 *
 * The image's part needs no record: it is the difference of the two limits.
 */
import { subvolumeId } from '../../net/mount.ts';
import { type Bytes, bytes, seconds } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';
import { type Mount, mountedOn, readMounts } from '../mounts.ts';
import { dataIn, rootIn } from '../place.ts';
import type { BtrfsFiles, Qgroup } from './btrfs-files.ts';
import { type Counted, QuotaNotSet, type Quotas, type Usage } from './quota.ts';

/** Counting begins at once; how long it takes goes by what is on the file system. */
const COUNT_LIMIT = seconds(20);

export class BtrfsQuotas implements Quotas {
  readonly kind: 'qgroup' | 'simple';
  readonly grain = 1;
  readonly #directory: string;
  readonly #files: BtrfsFiles;
  readonly #run: Run;
  readonly #ask: (path: string) => Promise<number>;

  /**
   * @param directory the directory of the roots
   * @param ask for the number of a subvolume
   */
  constructor(kind: 'qgroup' | 'simple', directory: string, files: BtrfsFiles, run: Run, ask = subvolumeId) {
    this.kind = kind;
    this.#directory = directory;
    this.#files = files;
    this.#run = run;
    this.#ask = ask;
  }

  async begin(): Promise<undefined> {
    return undefined;
  }

  async counted(root: Counted): Promise<Bytes> {
    if (this.kind === 'simple') return bytes(0);
    return bytes((await this.#qgroup(root, await readMounts()))?.referenced ?? 0);
  }

  async limit(root: Counted, size: Bytes | undefined): Promise<void> {
    const id = await this.#idOf(root, await readMounts());
    const now = id === undefined ? undefined : await this.#files.qgroup(id);
    if (id === undefined || now === undefined) throw new QuotaNotSet(root.place, size, undefined);
    const wanted = { referenced: size && size + this.#imageBytes(root, now), exclusive: size };
    if (now.maxReferenced !== wanted.referenced) await this.#set(id, wanted.referenced, []);
    if (this.kind === 'qgroup' && now.maxExclusive !== wanted.exclusive) await this.#set(id, wanted.exclusive, ['-e']);
    const after = await this.#files.qgroup(id);
    const seen = this.kind === 'simple' ? after?.maxReferenced : after?.maxExclusive;
    if (seen !== size || after?.maxReferenced !== wanted.referenced) throw new QuotaNotSet(root.place, size, seen);
  }

  async usage(roots: readonly Counted[]): Promise<ReadonlyMap<string, Usage>> {
    const found = new Map<string, Usage>();
    const mounts = await readMounts();
    for (const root of roots) {
      const group = await this.#qgroup(root, mounts);
      if (group === undefined) continue;
      const { referenced, exclusive, maxReferenced, maxExclusive } = group;
      if (this.kind === 'simple') found.set(root.place, { used: bytes(referenced), limit: asBytes(maxReferenced) });
      else {
        const used = Math.max(exclusive, referenced - this.#imageBytes(root, group));
        found.set(root.place, { used: bytes(used), limit: asBytes(maxExclusive) });
      }
    }
    return found;
  }

  /** The kernel lets go of a qgroup only when its subvolume is gone, some time after it was removed: see `sweep`. */
  async forget(): Promise<void> {}

  async unsettled(): Promise<string | undefined> {
    if ((await this.#files.mode()) === 'off') return 'quotas were switched off for this file system';
    if (!(await this.#files.isInconsistent())) return undefined;
    return 'what is written is being counted anew, and until that is done limits hold only roughly';
  }

  async sweep(): Promise<void> {
    // Removing a large subvolume makes the kernel stop counting (drop_subtree_threshold) until it is told to count again.
    if (await this.#files.isInconsistent())
      await this.#run('btrfs', ['quota', 'rescan', '--', this.#directory]).catch(() => {});
    const empty: number[] = [];
    for (const id of await this.#files.ids()) {
      const group = await this.#files.qgroup(id);
      if (group?.maxReferenced !== undefined && group.referenced === 0 && group.exclusive === 0) empty.push(id);
    }
    if (empty.length === 0) return;
    const there = new Set([...(await this.#subvolumes([])), ...(await this.#subvolumes(['-d']))]);
    for (const id of empty.filter((each) => !there.has(each)))
      await this.#run('btrfs', ['qgroup', 'destroy', `0/${id}`, this.#directory]).catch(() => {});
  }

  #imageBytes({ imageBytes }: Counted, group: Qgroup): number {
    if (this.kind === 'simple') return 0;
    if (imageBytes !== undefined) return imageBytes;
    const { referenced, exclusive, maxReferenced, maxExclusive } = group;
    if (maxReferenced !== undefined && maxExclusive !== undefined && maxReferenced > maxExclusive)
      return maxReferenced - maxExclusive;
    return referenced - exclusive;
  }

  async #qgroup(root: Counted, mounts: readonly Mount[]): Promise<Qgroup | undefined> {
    const id = await this.#idOf(root, mounts);
    return id === undefined ? undefined : this.#files.qgroup(id);
  }

  /** Number of the subvolume: the table of mounts has it; the file system is asked for one that is not mounted. */
  async #idOf({ place }: Counted, mounts: readonly Mount[]): Promise<number | undefined> {
    for (const option of mountedOn(mounts, rootIn(place))?.options ?? []) {
      const id = /^subvolid=(\d+)$/.exec(option)?.[1];
      if (id !== undefined) return Number(id);
    }
    return this.#ask(dataIn(place)).catch(() => undefined);
  }

  async #set(id: number, size: number | undefined, options: readonly string[]): Promise<void> {
    await this.#run('btrfs', ['qgroup', 'limit', ...options, String(size ?? 'none'), `0/${id}`, this.#directory]);
  }

  async #subvolumes(options: readonly string[]): Promise<number[]> {
    const { stdout } = await this.#run('btrfs', ['subvolume', 'list', ...options, this.#directory]);
    return [...stdout.matchAll(/^ID (\d+) /gm)].map((match) => Number(match[1]));
  }
}

/** Switches quotas on where they are off: counting simply, where kernel and tools can, which costs nearly nothing. */
export async function enableBtrfsQuotas(directory: string, files: BtrfsFiles, run: Run): Promise<'qgroup' | 'simple'> {
  const before = await files.mode();
  if (before !== 'off') return before;
  await run('btrfs', ['quota', 'enable', '--simple', directory]).catch(() =>
    run('btrfs', ['quota', 'enable', directory]),
  );
  await run('btrfs', ['quota', 'rescan', '-W', directory], { timeout: COUNT_LIMIT }).catch(() => {});
  return (await files.mode()) === 'simple' ? 'simple' : 'qgroup';
}

const asBytes = (size: number | undefined): Bytes | undefined => (size === undefined ? undefined : bytes(size));
