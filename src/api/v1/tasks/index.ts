/** Tasks: what is done to servers and takes a while. Each is recorded before it is answered, and goes on by itself. */
import { z } from 'zod';
import type { ServerView } from '../../control/feed-protocol.ts';
import type { JobView } from '../../control/job-protocol.ts';
import { byWhom } from '../../customer/actor.ts';
import { fromController } from '../../customer/commands.ts';
import { visible } from '../../customer/find.ts';
import type { Caller } from '../../http/auth/caller.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import type { Services } from '../../http/services.ts';
import { find } from '../find.ts';
import { cursorOf, limitOf, nextCursor, numberOf, pageQuery } from '../paging.ts';
import { askedBy, STAFF, task, taskOf } from './view.ts';

const group = 'v1-tasks';

/** A slot had other servers before this one: their tasks are not its. */
const from = ({ slot, task: first }: ServerView) => ({ slot, from: first });

const list = route({
  method: 'GET',
  path: '/api/v1/tasks',
  name: 'v1ListTasks',
  summary: 'Tasks of the account’s servers, newest first',
  group,
  needs: 'read',
  query: z.object({
    server: z.string().max(100).optional().describe('only those of this one'),
    state: z.enum(['active', 'ended']).optional().describe('active: they have not ended'),
    ...pageQuery,
  }),
  answers: { 200: { description: 'the tasks', schema: z.object({ tasks: z.array(task), next: nextCursor }) } },
  errors: ['not_found'],
  handle: async ({ query, services, caller }) => {
    const servers =
      query.server === undefined ? visible(services, caller) : [find(services, caller, query.server).server];
    const limit = limitOf(query);
    const before = numberOf(query);
    const jobs = await fromController(services, (control) =>
      control.findTasks({
        of: servers.map(from),
        ...(before === undefined ? {} : { before }),
        ...(query.state === undefined ? {} : { active: query.state === 'active' }),
        limit: limit + 1,
      }),
    );
    const names = new Map(servers.map(({ slot, name }) => [slot as number, name]));
    const page = jobs.slice(0, limit);
    const last = page.at(-1);
    return {
      status: 200,
      body: {
        tasks: page.map((job) => taskOf(job, names.get(job.slot) ?? '', services, caller)),
        next: last === undefined || jobs.length <= limit ? null : cursorOf(last.id),
      },
    };
  },
});

const numbered = z.object({ task: z.string().describe('number of the task') });

const get = route({
  method: 'GET',
  path: '/api/v1/tasks/{task}',
  name: 'v1GetTask',
  summary: 'How far a task is',
  group,
  needs: 'read',
  params: numbered,
  answers: { 200: { description: 'the task', schema: task } },
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => {
    const { job, server } = await taskAt(services, caller, params.task);
    return { status: 200, body: taskOf(job, server.name, services, caller) };
  },
});

const cancel = route({
  method: 'POST',
  path: '/api/v1/tasks/{task}/cancel',
  name: 'v1CancelTask',
  summary: 'Have a task put back what it did; not when it is too far for that, nor one of the rack’s staff',
  group,
  needs: 'provision',
  idempotent: true,
  params: numbered,
  answers: { 202: { description: 'it is being put back', schema: task } },
  errors: ['not_found', 'too_late'],
  handle: async ({ params, services, caller }) => {
    const { job, server } = await taskAt(services, caller, params.task);
    if (caller.scope !== 'staff' && askedBy(job, services, caller) === STAFF)
      throw new ApiError('forbidden', 'this task was asked for by the rack’s staff');
    const now = await fromController(services, (control) => control.cancelJob(job.id, byWhom(caller).who));
    return { status: 202, body: taskOf(now, server.name, services, caller) };
  },
});

async function taskAt(
  services: Services,
  caller: Caller,
  text: string,
): Promise<{ readonly job: JobView; readonly server: ServerView }> {
  const none = new ApiError('not_found', 'no such task, or its server is gone or not yours');
  if (!/^[1-9]\d{0,14}$/.test(text)) throw none;
  const job = await fromController(services, (control) => control.job(Number(text))).catch((cause: unknown) => {
    throw cause instanceof ApiError && cause.code === 'controller_away' ? cause : none;
  });
  const server = visible(services, caller).find(({ slot, task: first }) => slot === job.slot && job.id >= first);
  if (server === undefined) throw none;
  return { job, server };
}

export const taskRoutes: readonly Route[] = [list, get, cancel];
