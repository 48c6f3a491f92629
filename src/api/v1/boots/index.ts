/** Boots of a server: how far each came, how long each part took, and what was seen. */
import { z } from 'zod';
import type { BootView } from '../../control/boot-views.ts';
import { fromController } from '../../customer/commands.ts';
import { type Found, named } from '../../customer/find.ts';
import { ApiError } from '../../http/errors.ts';
import { type Route, route } from '../../http/route.ts';
import type { Services } from '../../http/services.ts';
import { find } from '../find.ts';
import { linesOf } from './log.ts';
import { boot, bootOf } from './view.ts';

const group = 'v1-boots';
/** As many as the rack keeps of a slot. */
const MOST = 50;

/** Newest first; those of who had the slot before are not the server's. */
async function bootsOf(services: Services, { server, slot }: Found): Promise<readonly BootView[]> {
  const { boots } = await fromController(services, (control) => control.boots(slot.slot, MOST));
  return boots.filter(({ startedAt }) => startedAt >= server.slotSince);
}

async function bootAt(services: Services, found: Found, id: string): Promise<BootView> {
  const row = (await bootsOf(services, found)).find((each) => String(each.id) === id);
  if (row === undefined) throw new ApiError('not_found', `no such boot of ${found.server.name}, or not any more`);
  return row;
}

const list = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/boots',
  name: 'v1ListBoots',
  summary: `The boots of a server, newest first, at most ${MOST}`,
  group,
  needs: 'read',
  params: named,
  answers: { 200: { description: 'the boots', schema: z.object({ boots: z.array(boot) }) } },
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => {
    const boots = await bootsOf(services, find(services, caller, params.name));
    return { status: 200, body: { boots: boots.map(bootOf) } };
  },
});

const one = named.extend({ boot: z.string().describe('id of the boot') });

const get = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/boots/{boot}',
  name: 'v1GetBoot',
  summary: 'The timeline of one boot',
  group,
  needs: 'read',
  params: one,
  answers: { 200: { description: 'the boot', schema: boot } },
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => ({
    status: 200,
    body: bootOf(await bootAt(services, find(services, caller, params.name), params.boot)),
  }),
});

const log = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/boots/{boot}/log',
  name: 'v1GetBootLog',
  summary:
    'What the rack saw of a boot, line by line: DHCP, files, mounts; of the present one also its last signs of life',
  group,
  needs: 'read',
  params: one,
  answers: { 200: { description: 'the lines', schema: z.object({ lines: z.array(z.string()) }) } },
  errors: ['not_found'],
  handle: async ({ params, services, caller }) => {
    const found = find(services, caller, params.name);
    const row = await bootAt(services, found, params.boot);
    const now = found.slot.boot?.startedAt === row.startedAt;
    const { recent } = now
      ? await fromController(services, (control) => control.board(found.slot.slot))
      : { recent: [] };
    return { status: 200, body: { lines: linesOf(row, recent) } };
  },
});

export const bootRoutes: readonly Route[] = [list, get, log];
