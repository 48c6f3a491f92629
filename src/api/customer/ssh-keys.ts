import { z } from 'zod';
import { sameKeys } from '../../rack/tenancy/authorized-keys.ts';
import { type Route, route } from '../http/route.ts';
import { byWhom } from './actor.ts';
import { commanded } from './commands.ts';
import { find, live, named } from './find.ts';
import { keysText } from './order.ts';

const group = 'keys';
const stored = z.object({ ssh_key: z.string().describe('keys, one a line; empty: none') });

const get = route({
  method: 'GET',
  path: '/beta/pi/servers/{name}/ssh-key',
  name: 'getSshKeys',
  summary: 'The SSH keys of a server’s root',
  group,
  needs: 'read',
  params: named,
  answers: { 200: { description: 'the keys', schema: stored } },
  errors: ['not_live'],
  handle: ({ params, services, caller }) => {
    const { server } = live(find(services, caller, params.name));
    return { status: 200, body: { ssh_key: server.keys } };
  },
});

const put = route({
  method: 'PUT',
  path: '/beta/pi/servers/{name}/ssh-key',
  name: 'setSshKeys',
  summary: 'Replace the SSH keys of a server’s root',
  group,
  needs: 'provision',
  idempotent: true,
  params: named,
  body: z.object({ ssh_key: keysText }),
  answers: { 200: { description: 'as stored', schema: stored } },
  errors: ['not_live', 'task_failed'],
  handle: async ({ params, body, services, caller }) => {
    const { server } = live(find(services, caller, params.name));
    const keys = body.ssh_key;
    // Clients send keys in any order: the same ones are no change.
    if (sameKeys(server.keys, keys)) return { status: 200, body: { ssh_key: server.keys } };
    await commanded(services, (control) => control.setServerKeys({ name: server.name, keys, by: byWhom(caller) }));
    return { status: 200, body: { ssh_key: keys } };
  },
});

export const sshKeyRoutes: readonly Route[] = [get, put];
