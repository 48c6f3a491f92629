/**
 * Power for the webhook driver of MAAS: it posts to one address for on and one for off, and then asks a third until the
 * answer matches a pattern; its own patterns look for `status`, a colon, and `running` or `stopped`.
 */
import { z } from 'zod';
import type { Caller } from '../http/auth/caller.ts';
import { type Route, route } from '../http/route.ts';
import type { Services } from '../http/services.ts';
import { outlet, readingOf, switchOutlet } from './outlet.ts';

const group = 'power of other systems';
const machine = z.string().max(64).describe('a server; with a staff key a slot, by its number or its host name');
const reading = z.object({
  status: z.enum(['running', 'stopped', 'unknown']).describe('what the switch reads; unknown: nothing yet, or no draw'),
});

const outletOf = (services: Services, caller: Caller, name: string) =>
  outlet(
    services,
    caller,
    name,
    (slot) => String(slot.slot) === name || slot.hostName === name.toLowerCase(),
    'the number or the host name of a slot',
  );

const get = route({
  method: 'GET',
  path: '/maas/{machine}',
  name: 'getMaasPower',
  summary: 'Whether a board has power: power_query_uri of MAAS',
  group,
  needs: 'power',
  params: z.object({ machine }),
  answers: { 200: { description: 'as the switch reads it', schema: reading } },
  errors: ['not_found', 'not_live'],
  handle: ({ params, services, caller }) => ({
    status: 200,
    body: { status: readingOf(outletOf(services, caller, params.machine)) } satisfies z.infer<typeof reading>,
  }),
});

const post = route({
  method: 'POST',
  path: '/maas/{machine}/{command}',
  name: 'setMaasPower',
  summary: 'Switch a board on or off: power_on_uri and power_off_uri of MAAS',
  group,
  needs: 'power',
  params: z.object({ machine, command: z.enum(['on', 'off'], { error: 'expected on or off' }) }),
  answers: {
    200: { description: 'recorded; the reading is that of now, and follows', schema: reading },
  },
  errors: ['not_found', 'not_live'],
  handle: async ({ params, services, caller }) => {
    const slot = outletOf(services, caller, params.machine);
    await switchOutlet(services, caller, slot, params.command);
    return { status: 200, body: { status: readingOf(slot) } satisfies z.infer<typeof reading> };
  },
});

export const maasRoutes: readonly Route[] = [get, post];
