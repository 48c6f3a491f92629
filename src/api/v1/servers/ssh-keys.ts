import { z } from 'zod';
import { byWhom } from '../../customer/actor.ts';
import { commanded } from '../../customer/commands.ts';
import { live, named } from '../../customer/find.ts';
import { keysText } from '../../customer/order.ts';
import { type Route, route } from '../../http/route.ts';
import { find } from '../find.ts';

const group = 'v1-servers';
const stored = z.object({ ssh_key: z.string().describe('keys, one a line; empty: none') });

const get = route({
  method: 'GET',
  path: '/api/v1/servers/{name}/ssh-key',
  name: 'v1GetSshKeys',
  summary: 'The SSH keys of a server’s root',
  group,
  needs: 'read',
  params: named,
  answers: { 200: { description: 'the keys', schema: stored } },
  errors: ['not_found'],
  handle: ({ params, services, caller }) => ({
    status: 200,
    body: { ssh_key: find(services, caller, params.name).server.keys },
  }),
});

const put = route({
  method: 'PUT',
  path: '/api/v1/servers/{name}/ssh-key',
  name: 'v1SetSshKeys',
  summary: 'Replace the SSH keys of a server’s root; they are on its disk when this is answered',
  group,
  needs: 'provision',
  idempotent: true,
  params: named,
  body: z.object({ ssh_key: keysText }),
  answers: { 200: { description: 'as stored', schema: stored } },
  errors: ['not_found', 'not_live', 'task_failed'],
  handle: async ({ params, body: { ssh_key: keys }, services, caller }) => {
    const { server } = live(find(services, caller, params.name));
    // Also the same ones again: whoever has root on the server may have changed the file.
    await commanded(services, (control) => control.setServerKeys({ name: server.name, keys, by: byWhom(caller) }));
    return { status: 200, body: { ssh_key: keys } };
  },
});

export const sshKeyRoutes: readonly Route[] = [get, put];
