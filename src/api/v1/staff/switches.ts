import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import { timeOf, when } from '../time.ts';
import { asked } from './asked.ts';

const shape = z.object({
  name: z.string(),
  address: z.string(),
  driver: z.string().nullable().describe('what it was found to be; null: it was not reached yet'),
  ports: z
    .object({ proven_by: z.string().nullable(), count: z.int().nullable(), refused: z.array(z.string()) })
    .nullable()
    .describe('how it is known which port is which; null: that was not tried yet'),
  slots: z.int(),
  watts: z.object({
    drawn: z.number().nullable().describe('null: the switch does not say'),
    capacity: z.number().nullable(),
    budget: z.number(),
  }),
  queue: z.object({ running: z.string().nullable(), waiting: z.int() }),
  isolation: z.object({
    kept: z.string(),
    state: z.string(),
    at: when.nullable(),
    detail: z.string().nullable(),
    violations: z.array(z.string()),
  }),
  troubles: z.array(z.string()),
});

const list = route({
  method: 'GET',
  path: '/api/v1/staff/switches',
  name: 'staffListSwitches',
  summary: 'The switches: what each is, its watts and ports, and what does not work as it should',
  group: 'staff: the rack',
  needs: 'staff',
  answers: { 200: { description: 'switches', schema: z.object({ switches: z.array(shape) }) } },
  errors: [],
  handle: async ({ services }) => {
    const all = await asked(services, (control) => control.switches());
    const switches = all.map(({ name, address, driver, ports, slots, power, queue, isolation, troubles }) => ({
      name,
      address,
      driver: driver?.title ?? null,
      ports: ports && {
        proven_by: 'rule' in ports ? ports.rule : null,
        count: 'rule' in ports ? ports.count : null,
        refused: 'rule' in ports ? [] : ports.refused,
      },
      slots,
      watts: { drawn: power.consumption, capacity: power.capacity, budget: power.budget },
      queue: { running: queue.running?.what ?? null, waiting: queue.waiting.length },
      isolation: {
        kept: isolation.kept,
        state: isolation.state,
        at: isolation.at === null ? null : timeOf(isolation.at),
        detail: isolation.detail,
        violations: isolation.violations.map(({ text }) => text),
      },
      troubles,
    }));
    return { status: 200, body: { switches } };
  },
});

export const switchRoutes: readonly Route[] = [list];
