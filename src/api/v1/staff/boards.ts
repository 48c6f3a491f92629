/** Boards: what was seen of each, and what it let be seen of itself. Claims, shown as such. */
import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import { timeOf, when } from '../time.ts';
import { asked } from './asked.ts';
import { slotOf, slotParams, slotsOf } from './rack-slots.ts';
import { board, boardOf } from './slots.ts';

const group = 'staff: the rack';
const listed = board.extend({ slot: z.int(), condition: z.string() });

const list = route({
  method: 'GET',
  path: '/api/v1/staff/boards',
  name: 'staffListBoards',
  summary: 'Every board that was seen, by slot',
  group,
  needs: 'staff',
  answers: { 200: { description: 'boards', schema: z.object({ boards: z.array(listed) }) } },
  errors: [],
  handle: ({ services }) => {
    const seen = slotsOf(services, 'all').filter((slot) => slot.board.mac !== undefined);
    const boards = seen.map((slot) => ({ slot: slot.slot, condition: slot.condition, ...boardOf(slot) }));
    return { status: 200, body: { boards } };
  },
});

const detail = listed.extend({
  facts: z.array(z.object({ fact: z.string(), value: z.string(), first_seen: when, last_seen: when })),
  boots: z.array(
    z.object({
      id: z.int(),
      started_at: when,
      ended_at: when.nullable(),
      outcome: z.string().nullable().describe('null: it goes on'),
      cause: z.string().nullable(),
    }),
  ),
  slower_than_neighbours: z.array(z.string()),
});

const get = route({
  method: 'GET',
  path: '/api/v1/staff/boards/{slot}',
  name: 'staffGetBoard',
  summary: 'The board of a slot: what it let be seen of itself, and its last boots',
  group,
  needs: 'staff',
  params: slotParams,
  answers: { 200: { description: 'the board', schema: detail } },
  errors: ['not_found'],
  handle: async ({ params, services }) => {
    const slot = slotOf(services, params.slot);
    const { observations, boots, slow } = await asked(services, (control) => control.board(slot.slot));
    return {
      status: 200,
      body: {
        slot: slot.slot,
        condition: slot.condition,
        ...boardOf(slot),
        facts: observations.map(({ fact, value, firstSeen, lastSeen }) => ({
          fact,
          value,
          first_seen: timeOf(firstSeen),
          last_seen: timeOf(lastSeen),
        })),
        boots: boots.map(({ id, startedAt, endedAt, outcome, cause }) => ({
          id,
          started_at: timeOf(startedAt),
          ended_at: endedAt === undefined ? null : timeOf(endedAt),
          outcome: outcome ?? null,
          cause: cause ?? null,
        })),
        slower_than_neighbours: slow.map(({ text }) => text),
      },
    };
  },
});

export const boardRoutes: readonly Route[] = [list, get];
