import { z } from 'zod';
import { REBOOTS } from '../../../rack/reboot.ts';
import { live, named } from '../../customer/find.ts';
import { isBooting } from '../../customer/record.ts';
import { ApiError } from '../../http/errors.ts';
import { route } from '../../http/route.ts';
import { find } from '../find.ts';
import { accepted } from '../tasks/accepted.ts';
import { asked } from '../tasks/ask.ts';

const body = z.object({
  how: z
    .enum(REBOOTS)
    .default('auto')
    .describe('soft: asked over SSH; hard: its power is cut; auto: asked, and cut where that does not help'),
});

export const rebootServer = route({
  method: 'POST',
  path: '/api/v1/servers/{name}/reboot',
  name: 'v1RebootServer',
  summary: 'Restart a server; the task says which way it went, and is done when the server is up again',
  group: 'v1-power',
  needs: 'power',
  idempotent: true,
  params: named,
  body,
  answers: { 202: accepted('recorded; it happens whatever comes') },
  errors: ['not_found', 'not_live', 'already_rebooting'],
  handle: (request) => {
    const { server, slot } = live(find(request.services, request.caller, request.params.name));
    if (isBooting(slot)) throw new ApiError('already_rebooting', `${server.name} is booting already`);
    return asked(request, server, { kind: 'reboot', how: request.body.how });
  },
});
