import { z } from 'zod';
import { ApiError } from '../http/errors.ts';
import { type Route, route } from '../http/route.ts';
import { byWhom } from './actor.ts';
import { commanded } from './commands.ts';
import { find, live, named } from './find.ts';
import { isBooting } from './record.ts';

const group = 'power';
const power = z.object({ power: z.boolean() });

const put = route({
  method: 'PUT',
  path: '/beta/pi/servers/{name}/power',
  name: 'setPower',
  summary: 'Switch a server on or off; answered when that is recorded, and then it happens',
  group,
  needs: 'power',
  idempotent: true,
  params: named,
  body: power,
  answers: { 200: { description: 'it is as asked, or becomes so', schema: power } },
  errors: ['not_live'],
  handle: async ({ params, body, services, caller, requestKey }) => {
    const { slot } = live(find(services, caller, params.name));
    // What is so already is left alone: a second "on" does not touch a board that boots.
    if ((slot.wanted === 'on') !== body.power || slot.condition === 'quarantined')
      await commanded(services, (control) =>
        control.intend({ slots: [slot.slot], action: body.power ? 'on' : 'off', requestKey, by: byWhom(caller) }),
      );
    return { status: 200, body: { power: body.power } };
  },
});

const reboot = route({
  method: 'POST',
  path: '/beta/pi/servers/{name}/reboot',
  name: 'rebootServer',
  summary: 'Cut the power of a server and give it again; one that is off is switched on',
  group,
  needs: 'power',
  idempotent: true,
  params: named,
  answers: { 202: { description: 'recorded; it happens whatever comes', schema: z.object({ message: z.string() }) } },
  errors: ['not_live', 'already_rebooting'],
  handle: async ({ params, services, caller, requestKey }) => {
    const { server, slot } = live(find(services, caller, params.name));
    if (isBooting(slot)) throw new ApiError('already_rebooting', `${server.name} is rebooting already`);
    const action = slot.wanted === 'on' ? 'cycle' : 'on';
    await commanded(services, (control) =>
      control.intend({ slots: [slot.slot], action, requestKey, by: byWhom(caller) }),
    );
    return { status: 202, body: { message: `${server.name} is being rebooted` } };
  },
});

export const powerRoutes: readonly Route[] = [put, reboot];
