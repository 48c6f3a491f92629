/**
 * Quotas by project (xfs_quota(8)): every root has a number, which all that is made in it inherits, and the number has a
 * limit. The number is given to the place while it is empty, so that nothing in it is ever without.
 *
 * Who may write as they like: on XFS nobody. ext4 lets whoever has CAP_SYS_RESOURCE write on, and an NFS server writes with
 * it for a board's root; through an overlay it does not, as the kernel takes that right from what an overlay does.
 */
import { type Bytes, bytes } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';
import { assertPlainPath } from '../backends/tree.ts';
import { type Counted, fileLimit, QuotaNotSet, type Quotas, type Usage } from './quota.ts';

export interface ProjectQuotaOptions {
  readonly type: 'xfs' | 'ext4';
  /** Where the file system of the roots is mounted. */
  readonly mount: string;
  readonly run: Run;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Numbers are drawn from here on: below are those that people give. */
const FIRST = 2 ** 30;
const MOST_DRAWS = 16;
/** The largest block that XFS has. It keeps limits in blocks, and rounds up (xfs_qm_scall_setqlim): 10 GB is no whole number. */
const GRAIN = 65_536;

export interface ProjectLine {
  readonly used: number;
  readonly limit: number;
}

export class ProjectQuotas implements Quotas {
  readonly kind = 'project';
  readonly grain = GRAIN;
  readonly #options: ProjectQuotaOptions;
  /** Drawn by this process. */
  readonly #drawn = new Set<number>();

  constructor(options: ProjectQuotaOptions) {
    this.#options = options;
  }

  async begin(place: string): Promise<number> {
    assertPlainPath(place);
    const project = await this.#draw();
    await this.#ask(`project -s -p ${place} ${project}`);
    return project;
  }

  async counted({ project }: Counted): Promise<Bytes> {
    return bytes(project === undefined ? 0 : ((await this.#report()).get(project)?.used ?? 0));
  }

  async limit(root: Counted, size: Bytes | undefined): Promise<void> {
    const { place, project, imageBytes = 0 } = root;
    if (project === undefined) {
      if (size === undefined) return;
      throw new QuotaNotSet(place, size, undefined);
    }
    // In KiB. What the image took is in whole blocks, and so is the size; a limit of 0 is none.
    const kib = size === undefined ? 0 : Math.ceil((size + imageBytes) / 1024);
    const files = size === undefined ? 0 : fileLimit(size);
    if ((await this.#report()).get(project)?.limit === kib * 1024) return;
    await this.#ask(`limit -p bhard=${kib}k ihard=${files} ${project}`);
    const seen = (await this.#report()).get(project)?.limit ?? 0;
    if (seen !== kib * 1024) throw new QuotaNotSet(place, kib * 1024, seen);
  }

  async usage(roots: readonly Counted[]): Promise<ReadonlyMap<string, Usage>> {
    const lines = await this.#report();
    const found = new Map<string, Usage>();
    for (const { place, project, imageBytes = 0 } of roots) {
      if (project === undefined) continue;
      const { used = 0, limit = 0 } = lines.get(project) ?? {};
      found.set(place, {
        used: bytes(Math.max(0, used - imageBytes)),
        limit: limit === 0 ? undefined : bytes(limit - imageBytes),
      });
    }
    return found;
  }

  async forget({ project }: Counted): Promise<void> {
    if (project !== undefined) await this.#ask(`limit -p bhard=0 ihard=0 ${project}`);
  }

  async unsettled(): Promise<undefined> {
    return undefined;
  }

  async sweep(): Promise<void> {}

  /** A number that counts nothing and limits nothing. */
  async #draw(): Promise<number> {
    const taken = await this.#report();
    for (let draws = 0; draws < MOST_DRAWS; draws++) {
      const project = FIRST + (Buffer.from(this.#options.randomBytes(4)).readUInt32BE() % FIRST);
      if (taken.has(project) || this.#drawn.has(project)) continue;
      this.#drawn.add(project);
      return project;
    }
    throw new Error(`no free project number was found in ${MOST_DRAWS} draws`);
  }

  async #report(): Promise<ReadonlyMap<number, ProjectLine>> {
    return parseReport(await this.#ask('report -p -n -N -b'));
  }

  async #ask(command: string): Promise<string> {
    const { type, mount, run } = this.#options;
    // `-f`: also for what is not XFS.
    const { stdout } = await run('xfs_quota', ['-x', ...(type === 'xfs' ? [] : ['-f']), '-c', command, mount]);
    return stdout;
  }
}

/** Lines such as `#42  10240  0  20480  00 [--------]`: used, soft and hard limit in KiB. */
export function parseReport(text: string): ReadonlyMap<number, ProjectLine> {
  const lines = new Map<number, ProjectLine>();
  for (const [, project, used, limit] of text.matchAll(/^#(\d+)\s+(\d+)\s+\d+\s+(\d+)\s/gm))
    lines.set(Number(project), { used: Number(used) * 1024, limit: Number(limit) * 1024 });
  return lines;
}
