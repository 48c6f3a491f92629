import { byWhom } from '../../customer/actor.ts';
import { commanded } from '../../customer/commands.ts';
import { named } from '../../customer/find.ts';
import { route } from '../../http/route.ts';
import { find } from '../find.ts';

export const removeServer = route({
  method: 'DELETE',
  path: '/api/v1/servers/{name}',
  name: 'v1DeleteServer',
  summary: 'Cancel a server at once; its name is free when this is answered, its board is wiped behind it',
  group: 'v1-servers',
  needs: 'provision',
  idempotent: true,
  params: named,
  answers: { 204: { description: 'it is gone' } },
  errors: ['not_found', 'not_live', 'protected'],
  handle: async ({ params, services, caller, requestKey }) => {
    const { server } = find(services, caller, params.name);
    await commanded(services, (control) => control.removeServer({ name: server.name, requestKey, by: byWhom(caller) }));
    return { status: 204 };
  },
});
