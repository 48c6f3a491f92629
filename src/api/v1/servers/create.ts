import { z } from 'zod';
import { createBody, ordered } from '../../customer/order.ts';
import { route } from '../../http/route.ts';
import { accepted, acceptedAnswer } from '../tasks/accepted.ts';

const body = createBody.extend({ name: z.string().max(100).optional().describe('left out: one is made up') });

export const createServer = route({
  method: 'POST',
  path: '/api/v1/servers',
  name: 'v1CreateServer',
  summary: 'A new server',
  group: 'v1-servers',
  needs: 'provision',
  idempotent: true,
  body,
  answers: { 202: accepted('board, address and port are allocated') },
  errors: ['quota_reached', 'name_taken', 'no_board_free'],
  handle: async (request) => {
    const made = await ordered(request, request.body.name);
    return acceptedAnswer(request.services, made.name, made.task);
  },
});
