/** One action on many slots at once: a job for each, with progress over all and a result for every slot. */
import { z } from 'zod';
import { REBOOTS } from '../../../rack/reboot.ts';
import { millis } from '../../../rack/units.ts';
import type { GroupView } from '../../control/staff-protocol.ts';
import { byWhom } from '../../customer/actor.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import { cursorOf, limitOf, nextCursor, numberOf, pageQuery } from '../paging.ts';
import { timeOf, when } from '../time.ts';
import { asked, done } from './asked.ts';
import { reasonText, until } from './care.ts';
import { numbersOf, rangeText } from './rack-slots.ts';

const group = 'staff: actions';

const body = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(['on', 'off', 'cycle']), slots: rangeText }),
  z.strictObject({ action: z.literal('reboot'), slots: rangeText, how: z.enum(REBOOTS).default('auto') }),
  z.strictObject({ action: z.literal('reimage'), slots: rangeText, os_image: z.string().min(1).max(200).optional() }),
  z.strictObject({ action: z.literal('maintenance'), slots: rangeText, reason: reasonText, until: until.optional() }),
  z.strictObject({ action: z.literal('end_maintenance'), slots: rangeText }),
]);

const states = ['queued', 'running', 'undoing', 'done', 'failed', 'cancelled', 'refused'] as const;
const shape = z.object({
  id: z.string(),
  action: z.string(),
  who: z.string(),
  created_at: when,
  state: z.enum(['running', 'done', 'failed']).describe('failed: all have ended, and some not well'),
  ended: z.int().describe('slots of which the result is known'),
  total: z.int(),
  counts: z.record(z.string(), z.int()).describe('slots by state'),
  slots: z.array(
    z.object({
      slot: z.int(),
      state: z.enum(states).describe('refused: nothing was begun'),
      job: z.string().nullable(),
      progress: z.string().nullable(),
      outcome: z.string().nullable().describe('which of several ways it went and why: of a reboot, soft or hard'),
      error: z.object({ code: z.string(), text: z.string() }).nullable(),
    }),
  ),
});

const ENDED: readonly string[] = ['done', 'failed', 'cancelled', 'refused'];

function shown({ id, action, who, createdAt, state, counts, slots }: GroupView): z.infer<typeof shape> {
  return {
    id: String(id),
    action,
    who,
    created_at: timeOf(createdAt),
    state,
    ended: slots.filter((each) => ENDED.includes(each.state)).length,
    total: slots.length,
    counts: { ...counts },
    slots: slots.map(({ slot, state: of, job, refused }) => ({
      slot,
      state: of,
      job: job === undefined ? null : String(job.id),
      progress: job?.step == null ? null : [job.step.doing, job.progress].filter((text) => text !== '').join(': '),
      outcome: job?.outcome == null ? null : `${job.outcome.how}: ${job.outcome.text}`,
      error: refused ?? job?.error ?? null,
    })),
  };
}

const start = route({
  method: 'POST',
  path: '/api/v1/staff/actions',
  name: 'staffStartAction',
  summary: 'Do one thing to many slots; answered when it is recorded, and then it happens',
  group,
  needs: 'staff',
  idempotent: true,
  body,
  answers: {
    202: {
      description: 'recorded for every slot; Location is where to follow it',
      headers: { location: 'the action, as an absolute URL' },
      schema: shape,
    },
  },
  errors: [],
  handle: async ({ body: wanted, services, caller, requestKey }) => {
    const { seq: _, group: made } = await done(services, (control) =>
      control.askGroup({
        slots: numbersOf(services, wanted.slots),
        action: actionOf(wanted),
        key: requestKey,
        by: byWhom(caller),
      }),
    );
    return {
      status: 202,
      headers: { location: `${services.publicUrl}/api/v1/staff/actions/${made.id}` },
      body: shown(made),
    };
  },
});

function actionOf(wanted: z.infer<typeof body>) {
  switch (wanted.action) {
    case 'reboot':
      return { do: wanted.action, how: wanted.how };
    case 'reimage':
      return { do: wanted.action, ...(wanted.os_image && { image: wanted.os_image }) };
    case 'maintenance':
      return {
        do: wanted.action,
        reason: wanted.reason,
        ...(wanted.until === undefined ? {} : { until: millis(wanted.until) }),
      };
    default:
      return { do: wanted.action };
  }
}

const list = route({
  method: 'GET',
  path: '/api/v1/staff/actions',
  name: 'staffListActions',
  summary: 'Actions on many slots, the newest first, page by page',
  group,
  needs: 'staff',
  query: z.object({ ...pageQuery }),
  answers: { 200: { description: 'actions', schema: z.object({ actions: z.array(shape), next: nextCursor }) } },
  errors: [],
  handle: async ({ query, services }) => {
    const limit = limitOf(query);
    const all = await asked(services, (control) => control.groups(limit, numberOf(query)));
    const last = all.at(-1);
    const next = all.length < limit || last === undefined ? null : cursorOf(last.id);
    return { status: 200, body: { actions: all.map(shown), next } };
  },
});

const get = route({
  method: 'GET',
  path: '/api/v1/staff/actions/{id}',
  name: 'staffGetAction',
  summary: 'How an action goes: over all, and for every slot',
  group,
  needs: 'staff',
  params: z.object({ id: z.string().describe('of the action') }),
  answers: { 200: { description: 'the action', schema: shape } },
  errors: ['not_found'],
  handle: async ({ params, services }) => {
    if (!/^[1-9]\d{0,14}$/.test(params.id)) throw new ApiError('not_found', 'no such action');
    const found = await asked(services, (control) => control.group(Number(params.id)));
    return { status: 200, body: shown(found) };
  },
});

export const actionRoutes: readonly Route[] = [start, list, get];
