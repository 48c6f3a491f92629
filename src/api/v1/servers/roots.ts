/** Another root for a server: a fresh one, the one before, or one for a single boot. */
import { z } from 'zod';
import { live, named } from '../../customer/find.ts';
import { keysText, userDataText } from '../../customer/order.ts';
import { ApiError, type ErrorCode } from '../../http/errors.ts';
import { type Route, type RouteRequest, route } from '../../http/route.ts';
import type { Services } from '../../http/services.ts';
import { find } from '../find.ts';
import { accepted } from '../tasks/accepted.ts';
import { asked } from '../tasks/ask.ts';

const common = { group: 'v1-roots', needs: 'provision', idempotent: true, params: named } as const;
const errors: readonly ErrorCode[] = ['not_found', 'not_live'];

const serverOf = ({ services, caller, params }: RouteRequest<{ name: string }>) =>
  live(find(services, caller, params.name)).server;

/** Undefined: none was named. */
function imageOf({ mirror }: Services, image: string | null | undefined): string | undefined {
  const { images } = mirror.rack();
  if (image === undefined || image === null || images.some((each) => each.name === image)) return image ?? undefined;
  throw new ApiError('bad_request', `os_image: expected one of ${images.map((each) => each.name).join(', ')}`);
}

const osImage = z.string().max(200).nullish();

const reimage = route({
  ...common,
  method: 'POST',
  path: '/api/v1/servers/{name}/reimage',
  name: 'v1ReimageServer',
  summary: 'A fresh root for a server, which keeps its board, name, addresses and port; the old root stays for an undo',
  body: z.object({
    os_image: osImage.describe('an id of /api/v1/images; left out: the one that it has'),
    ssh_key: keysText.nullish().describe('left out: the keys that it has'),
    user_data: userDataText.nullable().optional().describe('left out: as it is; null: none'),
  }),
  answers: { 202: accepted('the old root is used until the new one is made') },
  errors: [...errors, 'protected'],
  handle: (request) => {
    const server = serverOf(request);
    const { os_image: image, ssh_key: keys, user_data: userData } = request.body;
    return asked(request, server, {
      kind: 'reimage',
      image: imageOf(request.services, image),
      keys: keys ?? undefined,
      userData,
    });
  },
});

const undo = route({
  ...common,
  method: 'POST',
  path: '/api/v1/servers/{name}/undo',
  name: 'v1UndoReimage',
  summary: 'The root before is used again, as it was; the present one is kept in its place',
  answers: { 202: accepted('recorded') },
  errors: [...errors, 'protected', 'nothing_to_undo'],
  handle: (request) => asked(request, serverOf(request), { kind: 'undo' }),
});

const rescue = route({
  ...common,
  method: 'POST',
  path: '/api/v1/servers/{name}/rescue',
  name: 'v1RescueServer',
  summary: 'Boot another root once, with the server’s own mounted at /mnt/root',
  body: z.object({
    os_image: osImage.describe('left out: the rack’s rescue image'),
    ssh_key: keysText.nullish().describe('for this boot; left out: the keys that the server has'),
  }),
  answers: { 202: accepted('recorded; the boot after this one is of its own root again') },
  errors,
  handle: (request) => {
    const server = serverOf(request);
    const { os_image: image, ssh_key: keys } = request.body;
    return asked(request, server, {
      kind: 'rescue',
      image: imageOf(request.services, image),
      keys: keys ?? undefined,
    });
  },
});

export const rootRoutes: readonly Route[] = [reimage, undo, rescue];
