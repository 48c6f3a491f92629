/** What the kernel tells of a btrfs as files (`/sys/fs/btrfs/<uuid>`, since Linux 5.9). */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasCode } from '../errors.ts';

export const BTRFS_FILES = '/sys/fs/btrfs';

/** Numbers of the qgroup 0/N of the subvolume N. A limit that is not set reads as 0, or as 2^64 - 1. */
export interface Qgroup {
  readonly referenced: number;
  readonly exclusive: number;
  readonly maxReferenced: number | undefined;
  readonly maxExclusive: number | undefined;
}

export class BtrfsFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The file system that lies on `device`; undefined where the kernel shows none. */
  static async on(device: string, base = BTRFS_FILES): Promise<BtrfsFiles | undefined> {
    const name = basename(await realpath(device).catch(() => device));
    for (const uuid of await names(base)) {
      if ((await names(join(base, uuid, 'devices'))).includes(name)) return new BtrfsFiles(join(base, uuid));
    }
    return undefined;
  }

  /** `mode` is there since Linux 6.7, `enabled` since 5.9; neither, or no directory: they are off. */
  async mode(): Promise<'off' | 'qgroup' | 'simple'> {
    if ((await this.#text('qgroups/enabled')) !== '1') return 'off';
    return (await this.#text('qgroups/mode')) === 'squota' ? 'simple' : 'qgroup';
  }

  /** The numbers are known to be wrong until all was counted again. */
  async isInconsistent(): Promise<boolean> {
    return (await this.#text('qgroups/inconsistent')) === '1';
  }

  async qgroup(id: number): Promise<Qgroup | undefined> {
    const at = `qgroups/0_${id}`;
    const [referenced, exclusive, maxReferenced, maxExclusive] = await Promise.all(
      ['referenced', 'exclusive', 'max_referenced', 'max_exclusive'].map((name) => this.#number(`${at}/${name}`)),
    );
    if (referenced === undefined || exclusive === undefined) return undefined;
    return { referenced, exclusive, maxReferenced: limitOf(maxReferenced), maxExclusive: limitOf(maxExclusive) };
  }

  /** Subvolumes with a qgroup. */
  async ids(): Promise<number[]> {
    return (await names(join(this.directory, 'qgroups'))).flatMap((name) => {
      const id = /^0_(\d+)$/.exec(name)?.[1];
      return id === undefined ? [] : [Number(id)];
    });
  }

  /** Undefined also for what is no number: an empty file is not 0 bytes. */
  async #number(name: string): Promise<number | undefined> {
    const text = await this.#text(name);
    return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
  }

  async #text(name: string): Promise<string | undefined> {
    try {
      return (await readFile(join(this.directory, name), 'utf8')).trim();
    } catch (error) {
      // EINVAL: `enabled` answers so where quotas are off.
      if (hasCode(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return undefined;
      throw error;
    }
  }
}

const limitOf = (value: number | undefined): number | undefined =>
  value === undefined || value === 0 || value >= 2 ** 63 ? undefined : value;

async function names(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
