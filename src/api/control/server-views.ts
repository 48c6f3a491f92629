import type { Servers } from '../../jobs/servers.ts';
import type { Server } from '../../rack/tenancy/server.ts';
import type { ServerName } from '../../rack/tenancy/server-name.ts';
import type { Usage } from '../../roots/quotas/quota.ts';
import type { JobRow } from '../../store/jobs.ts';
import type { ServerStatus, ServerView } from './feed-protocol.ts';

/** What is known of a server's work. */
export interface ServerWork {
  activeOf(slot: Server['slot']): JobRow | undefined;
  /** The name of the step that the job is at. */
  stepOf(job: JobRow): string | undefined;
  /** What its root uses and may; undefined: nothing limits it. */
  usageOf(slot: Server['slot']): Usage | undefined;
}

export function serverView(server: Server, work: ServerWork): ServerView {
  const job = work.activeOf(server.slot);
  const usage = work.usageOf(server.slot);
  return {
    ...server,
    status: status(server, job, work),
    busy: job !== undefined && !LIGHT.has(job.kind),
    diskLimit: usage?.limit ?? null,
    diskUsed: usage?.used ?? null,
  };
}

/** Jobs that are done while a server is used as ever. */
const LIGHT: ReadonlySet<string> = new Set(['keys']);

/** Undefined: there is no server of that name. */
export function viewOf(name: ServerName, servers: Servers, work: ServerWork): ServerView | undefined {
  const server = servers.all().find((each) => each.name === name);
  return server && serverView(server, work);
}

/** Steps of a provisioning in which the board is on and is waited for. */
const BOOTING: ReadonlySet<string> = new Set(['power_on', 'boot', 'wait']);

function status(server: Server, job: JobRow | undefined, work: ServerWork): ServerStatus {
  if (server.failure !== undefined) return 'failed';
  if (server.liveAt === undefined) {
    if (job === undefined || job.state === 'queued') return 'provisioning';
    return BOOTING.has(work.stepOf(job) ?? '') ? 'booting' : 'installing';
  }
  if (job?.kind === 'reimage' || job?.kind === 'undo') return 'reimaging';
  return job?.kind === 'rescue' ? 'rescue' : 'live';
}
