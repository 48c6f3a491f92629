import type { HowToReboot } from '../rack/reboot.ts';
import type { Actor } from '../rack/tenancy/actor.ts';
import { keyLines } from '../rack/tenancy/authorized-keys.ts';
import type { Server } from '../rack/tenancy/server.ts';
import type { ServerName } from '../rack/tenancy/server-name.ts';
import type { JobRow } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import type { SlotCare } from './maintenance.ts';
import { type RootRecord, rootRecordOf } from './root-record.ts';
import type { ServerJobs, Servers } from './servers.ts';
import { TenancyError } from './tenancy-error.ts';

export interface RootWish {
  /** Left out: the one that the server has. */
  readonly image?: string | undefined;
  /** Text of authorized_keys; left out: the server's. */
  readonly keys?: string | undefined;
}

export type TaskWish =
  | (RootWish & { readonly kind: 'reimage'; readonly userData?: string | null | undefined })
  | (RootWish & { readonly kind: 'rescue' })
  | { readonly kind: 'undo' }
  | { readonly kind: 'reboot'; readonly how: HowToReboot };

export interface ServerTasksParts {
  readonly servers: Servers;
  readonly jobs: Pick<ServerJobs, 'ask'>;
  readonly store: Pick<Store, 'jobs'>;
  readonly care: Pick<SlotCare, 'expectFor'>;
}

/** Jobs that can be looked through for what the root before held: a server has fewer in any day. */
const JOBS_BACK = 200;

/** What customers have done to their servers that takes a while: durable jobs, asked for with what protects a server. */
export class ServerTasks {
  readonly #parts: ServerTasksParts;

  constructor(parts: ServerTasksParts) {
    this.#parts = parts;
  }

  /** Resolves when the job is on disk. The same key again is the same request, and makes no second job. */
  async ask(name: ServerName, wish: TaskWish, by: Actor, requestKey: string | undefined): Promise<JobRow> {
    const { servers, jobs, store, care } = this.#parts;
    const before = requestKey === undefined ? undefined : store.jobs.byKey(requestKey);
    if (before !== undefined && before.kind === wish.kind) return before;
    const server = servers.get(name);
    if (server.protection.rebuild && (wish.kind === 'reimage' || wish.kind === 'undo'))
      throw new TenancyError('protected', `${name} is protected against another root: take that away first`);
    care.expectFor(by, server.slot);
    servers.expectIdle(server);
    if (server.liveAt === undefined) throw new TenancyError('not_live', `${name} never became ready: delete it`);
    const job = await jobs.ask({
      kind: wish.kind,
      slot: server.slot,
      who: by.who,
      parameters: this.#parametersOf(server, wish),
      key: requestKey,
      alongside: (task) => {
        if (wish.kind === 'reimage' && wish.userData !== undefined)
          servers.changeWithin(name, { userData: wish.userData }, by);
        servers.auditWithin(name, `server.${wish.kind}`, { task }, by);
      },
    });
    servers.tell(name);
    return job;
  }

  #parametersOf(server: Server, wish: TaskWish) {
    const now = { image: server.image, keys: server.keys };
    switch (wish.kind) {
      case 'reimage': {
        const after = { image: wish.image ?? now.image, keys: wish.keys ?? now.keys };
        const record: RootRecord = { after, before: now };
        return { image: after.image, authorizedKeys: keyLines(after.keys), record };
      }
      case 'rescue':
        return {
          ...(wish.image === undefined ? {} : { image: wish.image }),
          authorizedKeys: keyLines(wish.keys ?? now.keys),
        };
      case 'undo': {
        const after = this.#rootBefore(server);
        return after === undefined ? {} : { record: { after, before: now } satisfies RootRecord };
      }
      case 'reboot':
        return { how: wish.how };
    }
  }

  /** What the root that is kept holds, where a customer's own request replaced it. */
  #rootBefore({ slot, task }: Server): RootRecord['before'] | undefined {
    const last = this.#parts.store.jobs
      .newest(JOBS_BACK, slot)
      .find((job) => job.id > task && job.state === 'done' && (job.kind === 'reimage' || job.kind === 'undo'));
    return last && rootRecordOf(last)?.before;
  }
}
