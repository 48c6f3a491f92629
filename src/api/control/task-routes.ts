/** Tasks: the jobs of a customer's servers, as the API asks for them and looks through them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { JobRunner } from '../../jobs/durable/runner.ts';
import type { ServerTasks } from '../../jobs/server-tasks.ts';
import { REBOOTS } from '../../rack/reboot.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import { slotNumber } from '../../rack/units.ts';
import type { JobRow } from '../../store/jobs.ts';
import { json, parsed } from './answer.ts';
import type { Feed } from './feed.ts';
import type { JobView } from './job-protocol.ts';
import { jobView } from './job-views.ts';
import { actor, name } from './tenancy-routes.ts';

const MOST_TEXT = 65_536;
const MOST_TASKS = 1_000;

const rootWish = { image: z.string().min(1).max(200).optional(), keys: z.string().max(MOST_TEXT).optional() };
const wish = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reimage'),
    ...rootWish,
    userData: z.string().max(MOST_TEXT).nullable().optional(),
  }),
  z.strictObject({ kind: z.literal('rescue'), ...rootWish }),
  z.strictObject({ kind: z.literal('undo') }),
  z.strictObject({ kind: z.literal('reboot'), how: z.enum(REBOOTS) }),
]);
const newTask = z.strictObject({ name, wish, requestKey: z.string().max(300).optional(), by: actor });

const search = z.strictObject({
  of: z.array(z.strictObject({ slot: z.int().min(1), from: z.int().min(0) })).max(10_000),
  before: z.int().min(1).optional(),
  active: z.boolean().optional(),
  limit: z.int().min(1).max(MOST_TASKS),
});

export type TaskRequest = Omit<z.input<typeof newTask>, 'by'> & { readonly by: Actor };

/** Jobs of these slots, of each from that number on: a slot had other customers before. */
export type TaskSearch = z.input<typeof search>;

export interface TaskTarget {
  readonly tasks: ServerTasks;
  readonly feed: Feed;
  /** The newest first. */
  findTasks(search: TaskSearch): readonly JobView[];
}

export function findTasks(
  runner: JobRunner,
  newest: (search: TaskSearch) => readonly JobRow[],
): TaskTarget['findTasks'] {
  return (wanted) => newest(wanted).map((row) => jobView(runner, runner.get(row.id) ?? row));
}

/** Answers `route`; false: it is none of these. */
export async function taskRoute(
  route: string,
  target: TaskTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (route) {
    case 'POST /v1/tasks': {
      const wanted = await parsed(newTask, request);
      const job = await target.tasks.ask(wanted.name, wanted.wish, wanted.by, wanted.requestKey);
      json(response, { seq: target.feed.flush(), task: job.id });
      return true;
    }
    case 'POST /v1/tasks/find':
      json(response, target.findTasks(await parsed(search, request)));
      return true;
    default:
      return false;
  }
}

export const slotsOf = ({ of }: TaskSearch) => of.map(({ slot, from }) => ({ slot: slotNumber(slot), from }));
