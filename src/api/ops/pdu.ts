/** Power as pdudaemon's HTTP listener has it, for board farms that know that one (LAVA, labgrid). */
import { z } from 'zod';
import type { PowerAction } from '../../jobs/power.ts';
import { type Method, type Route, route } from '../http/route.ts';
import { outlet, switchOutlet } from './outlet.ts';

const ACTIONS = Object.freeze({ on: 'on', off: 'off', reboot: 'cycle' } as const satisfies Record<string, PowerAction>);

const params = z.object({
  command: z.enum(['on', 'off', 'reboot'], { error: 'expected on, off or reboot' }),
});
const query = z.object({
  hostname: z.string().min(1).max(64).describe('a server; with a staff key a switch, or the rack'),
  port: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('with a staff key: the port of the switch, or the slot of the rack'),
  delay: z
    .string()
    .max(16)
    .optional()
    .describe('taken and without effect: how long power stays off is in the rack file'),
});

/** Clients of pdudaemon send a GET, newer ones a POST too. */
const control = (method: Method, name: string): Route =>
  route({
    method,
    path: '/power/control/{command}',
    name,
    summary: 'Switch a board as an outlet of pdudaemon; answered when it is recorded',
    group: 'power of other systems',
    needs: 'power',
    params,
    query,
    answers: { 200: { description: 'recorded; it happens whatever comes', type: 'text/plain' } },
    errors: ['not_found', 'not_live'],
    handle: async ({ params: { command }, query: { hostname, port }, services, caller }) => {
      const { rack } = services.mirror.rack();
      const slot = outlet(
        services,
        caller,
        hostname,
        (each) => (each.switch === hostname && each.port === port) || (rack === hostname && String(each.slot) === port),
        'a switch as hostname and a port of it that holds a board, or the rack and a slot',
      );
      await switchOutlet(services, caller, slot, ACTIONS[command]);
      return { status: 200, body: `accepted: ${command}\n`, headers: { 'content-type': 'text/plain; charset=utf-8' } };
    },
  });

export const pduRoutes: readonly Route[] = [control('GET', 'controlOutlet'), control('POST', 'postOutlet')];
