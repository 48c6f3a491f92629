/** Backups as a controller has them: the kinds of their jobs, and who looks after them. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { run } from '../../net/run.ts';
import type { Clock } from '../../rack/clock.ts';
import type { Plan } from '../../rack/plan.ts';
import { Restic } from '../../roots/backups/restic.ts';
import { dropRestored, restorePath, showRestored } from '../../roots/backups/restore-path.ts';
import { restoreRoot } from '../../roots/backups/restore-root.ts';
import type { Snapshot } from '../../roots/backups/snapshot.ts';
import { withoutLinks } from '../../roots/index.ts';
import type { Store } from '../../store/store.ts';
import type { JobKind } from '../durable/kind.ts';
import type { JobRunner } from '../durable/runner.ts';
import type { RootJobParts } from '../roots/parts.ts';
import { BackupKeeper } from './keeper.ts';
import { checkKind, pruneKind } from './maintain.ts';
import { type BackupParts, configured } from './parts.ts';
import { restoreKind } from './restore.ts';
import { restorePathKind } from './restore-path.ts';
import { backupKind } from './run.ts';

export interface BackupJobsOptions
  extends Pick<BackupParts, 'images' | 'tenantOf' | 'boardIn' | 'event' | 'stateDirectory'> {
  readonly plan: Plan;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

const RANDOM_STEPS = 2 ** 32;

export class BackupJobs {
  readonly parts: BackupParts;
  #keeper: BackupKeeper | undefined;

  constructor(options: BackupJobsOptions) {
    const { plan, store, clock, log, stateDirectory } = options;
    const { backups } = plan;
    this.parts = {
      ...options,
      backups,
      restic:
        backups && new Restic({ plan: backups, rack: plan.rack, directory: join(stateDirectory, 'backups'), clock }),
      rootsDirectory: withoutLinks(plan.roots.directory),
      roots: store.roots,
      table: store.backups,
      commit: store.commit,
      run,
      restoring: { root: restoreRoot, path: restorePath, show: showRestored, drop: dropRestored },
      random: () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
      clock,
      log,
    };
  }

  kinds(rootParts: RootJobParts): readonly JobKind[] {
    const { parts } = this;
    return [
      backupKind(parts),
      checkKind(parts),
      pruneKind(parts),
      restorePathKind(parts),
      restoreKind(parts, rootParts),
    ];
  }

  /** Before jobs are taken up. */
  async start(jobs: JobRunner): Promise<void> {
    this.#keeper = new BackupKeeper({ parts: this.parts, jobs });
    await this.#keeper.start();
  }

  stop(): void {
    this.#keeper?.stop();
  }

  troubles(): readonly string[] {
    return this.#keeper?.troubles() ?? [];
  }

  /** Makes the repository that the rack file names. */
  async init(): Promise<string> {
    const { restic } = configured(this.parts);
    await restic.init();
    return restic.place;
  }

  /** What there is in the repository, oldest first. */
  async list(): Promise<readonly Snapshot[]> {
    const { restic } = configured(this.parts);
    await restic.prepare();
    return restic.snapshots();
  }
}
