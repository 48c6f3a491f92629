/** Ordering a server: what all clients that exist send (customer-api §5). */
import { z } from 'zod';
import { authorizedKeys } from '../../rack/tenancy/authorized-keys.ts';
import { SERVER_NAME_EXPECTED, serverName } from '../../rack/tenancy/server-name.ts';
import { ApiError } from '../http/errors.ts';
import type { Answer, RouteRequest } from '../http/route.ts';
import { byWhom } from './actor.ts';
import { commanded } from './commands.ts';

const DISK_STEP = 10;
const MOST_DISK = 1_000;

/** Text of authorized_keys, read; an empty one is no key. */
export const keysText = z
  .string()
  .transform((text, context) => {
    const read = authorizedKeys(text);
    if (read.ok) return read.keys;
    context.addIssue({ code: 'custom', message: `expected ${read.expected}` });
    return z.NEVER;
  })
  .describe('keys in the form of authorized_keys, one a line');

const generation = z
  .union([z.literal([3, 4]), z.literal(['3', '4'])], { error: 'expected 3 or 4' })
  .transform((model) => Number(model) as 3 | 4);

export const tagsBody = z
  .record(z.string().regex(/^[a-z0-9._-]{1,63}$/i), z.string().max(255))
  .refine((tags) => Object.keys(tags).length <= 32, { error: 'expected at most 32 tags' });

export const userDataText = z.string().max(65_536).describe('cloud-init user-data, for images that have cloud-init');

export const createBody = z
  .object({
    model: generation.default(3),
    disk: z
      .int()
      .min(DISK_STEP)
      .max(MOST_DISK)
      .multipleOf(DISK_STEP, { error: `expected a multiple of ${DISK_STEP}` })
      .default(DISK_STEP)
      .describe('GB'),
    memory: z.int().positive().nullish().describe('MB; left out: any'),
    cpu_speed: z.int().positive().nullish().describe('MHz; left out: any'),
    os_image: z.string().max(200).nullish().describe('an id of /beta/pi/images/{model}; left out: the default'),
    ssh_key: keysText.nullish(),
    wait_for_dns: z.boolean().nullish().describe('taken and without effect: addresses are in the record'),
    user_data: userDataText.nullish(),
    tags: tagsBody.nullish(),
  })
  .describe('what is ordered; the smallest free board that matches is given');

type Create = z.infer<typeof createBody>;

export interface Ordered {
  readonly name: string;
  readonly task: number;
}

/** Allocates and records before it answers: a client that reads at once finds its server. */
export async function order(
  request: RouteRequest<unknown, unknown, Create>,
  nameText: string | undefined,
): Promise<Answer> {
  const made = await ordered(request, nameText);
  return {
    status: 202,
    headers: { location: `${request.services.publicUrl}/queue/pi/${made.task}` },
    body: { name: made.name },
  };
}

export async function ordered(
  { body, caller, services, requestKey }: RouteRequest<unknown, unknown, Create>,
  nameText: string | undefined,
): Promise<Ordered> {
  const { tenant } = caller;
  if (tenant === undefined) throw new ApiError('forbidden', 'expected a key of a tenant: staff assign slots instead');
  if (caller.servers !== undefined) throw new ApiError('forbidden', 'this key is for some servers only');
  const name = nameText === undefined ? undefined : serverName(nameText);
  if (nameText !== undefined && name === undefined)
    throw new ApiError('bad_request', `name: expected ${SERVER_NAME_EXPECTED}`);
  const { images } = services.mirror.rack();
  const image = body.os_image ?? undefined;
  if (image !== undefined && !images.some((each) => each.name === image))
    throw new ApiError('bad_request', `os_image: expected one of ${images.map((each) => each.name).join(', ')}`);
  return commanded(services, (control) =>
    control.createServer({
      tenant,
      ...(name === undefined ? {} : { name }),
      order: { model: body.model, memory: body.memory ?? undefined, cpuSpeed: body.cpu_speed ?? undefined },
      disk: body.disk,
      image,
      keys: body.ssh_key ?? '',
      userData: body.user_data ?? undefined,
      tags: body.tags ?? {},
      requestKey,
      by: byWhom(caller),
    }),
  );
}
