import { z } from 'zod';
import { ApiError } from '../http/errors.ts';
import { route } from '../http/route.ts';
import { visible } from './find.ts';

const PHASES: Readonly<Record<string, string>> = Object.freeze({
  provisioning: 'Provisioning',
  installing: 'Installing operating system',
  booting: 'Booting Raspberry Pi',
});

/**
 * Clients that exist take a 200 for "not yet", follow a 303 to the record when it is done, and take the server's name from
 * where that leads (customer-api §5). The answer while it goes on has nothing that looks like a record.
 */
export const task = route({
  method: 'GET',
  path: '/queue/pi/{task}',
  name: 'getProvisioning',
  summary: 'How far the provisioning of a server is',
  group: 'servers',
  needs: 'read',
  params: z.object({ task: z.string() }),
  answers: {
    200: { description: 'it goes on', schema: z.object({ status: z.string() }) },
    303: { description: 'it is done', headers: { location: 'the server, as an absolute URL' } },
  },
  errors: ['not_found', 'task_failed'],
  handle: ({ params, services, caller }) => {
    const server = visible(services, caller).find((each) => String(each.task) === params.task);
    if (server === undefined) throw new ApiError('not_found', 'no such task, or its server is gone');
    if (server.failure !== undefined) throw new ApiError('task_failed', server.failure);
    if (server.liveAt === undefined) return { status: 200, body: { status: PHASES[server.status] ?? 'Provisioning' } };
    return { status: 303, headers: { location: `${services.publicUrl}/beta/pi/servers/${server.name}` } };
  },
});
