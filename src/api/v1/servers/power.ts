import { z } from 'zod';
import { byWhom } from '../../customer/actor.ts';
import { commanded } from '../../customer/commands.ts';
import { live, named } from '../../customer/find.ts';
import { route } from '../../http/route.ts';
import { find } from '../find.ts';

const body = z.object({ action: z.enum(['on', 'off', 'cycle']) });

export const switchPower = route({
  method: 'POST',
  path: '/api/v1/servers/{name}/power',
  name: 'v1SwitchPower',
  summary: 'Give a server power, cut it, or cut it and give it again; answered when that is recorded',
  group: 'v1-power',
  needs: 'power',
  idempotent: true,
  params: named,
  body,
  answers: {
    202: {
      description: 'recorded; it happens whatever comes',
      schema: z.object({
        name: z.string(),
        action: z.enum(['on', 'off', 'cycle']),
        changes: z.boolean().describe('false: it is so already, and nothing is done'),
      }),
    },
  },
  errors: ['not_found', 'not_live'],
  handle: async ({ params, body: { action }, services, caller, requestKey }) => {
    const { server, slot } = live(find(services, caller, params.name));
    // A cycle that is under way is the one that is asked for; a board that was given up is tried again by an `on`.
    const so = action === 'cycle' ? slot.cycling : slot.wanted === action && !slot.cycling;
    const changes = !so || slot.condition === 'quarantined';
    if (changes)
      await commanded(services, (control) =>
        control.intend({ slots: [slot.slot], action, requestKey, by: byWhom(caller) }),
      );
    return { status: 202, body: { name: server.name, action, changes } };
  },
});
