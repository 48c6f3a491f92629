/** Backups over the control socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { BackupJobs } from '../../jobs/backups/index.ts';
import { WHOLE_RACK } from '../../jobs/durable/rack-jobs.ts';
import type { JobRunner } from '../../jobs/durable/runner.ts';
import { ResticFailed } from '../../roots/backups/errors.ts';
import { ResticStopped } from '../../roots/backups/process.ts';
import { NotPossible } from '../../roots/errors.ts';
import { json, parsed, Refusal } from './answer.ts';
import { type BackupsView, backupStateView, backupView } from './backup-protocol.ts';
import type { JobView } from './job-protocol.ts';
import { jobView } from './job-views.ts';

/** Jobs of the whole rack: they go by no slot. */
const RACK_KINDS = ['backup', 'backup-check', 'backup-prune'] as const;

export interface RackJobRequest {
  readonly kind: (typeof RACK_KINDS)[number];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly who: string;
}

export interface BackupTarget {
  initBackups(): Promise<string>;
  listBackups(): Promise<BackupsView>;
  askRackJob(request: RackJobRequest): Promise<JobView>;
}

const jobRequest = z.strictObject({
  kind: z.enum(RACK_KINDS),
  parameters: z.record(z.string().max(64), z.unknown()).default({}),
  who: z.string().min(1).max(100),
});

export function backupTarget(backups: BackupJobs, jobs: JobRunner): BackupTarget {
  return {
    initBackups: () => backups.init(),
    async listBackups() {
      const { table, restic } = backups.parts;
      const snapshots = await backups.list();
      const good = table.lastGood();
      return {
        repository: restic?.place ?? '',
        backups: snapshots.map(backupView),
        slots: [...table.last().values()].map((row) => backupStateView(row, good.get(row.slot))),
      };
    },
    askRackJob: async (request) => jobView(jobs, await jobs.ask({ ...request, slot: WHOLE_RACK, key: undefined })),
  };
}

/** Answers `route`; false: it is none of these. */
export async function backupRoute(
  route: string,
  target: BackupTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (route) {
    case 'GET /v1/backups':
      json(response, await answered(target.listBackups()));
      return true;
    case 'POST /v1/backups/init':
      json(response, { repository: await answered(target.initBackups()) });
      return true;
    case 'POST /v1/backups/jobs':
      json(response, await answered(target.askRackJob(await parsed(jobRequest, request))));
      return true;
    default:
      return false;
  }
}

/** What restic or this machine cannot do is an answer, and no fault of ours. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof ResticFailed || cause instanceof ResticStopped || cause instanceof NotPossible)
      throw new Refusal(409, cause.message);
    throw cause;
  }
}
