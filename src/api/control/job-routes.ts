/** Jobs over the control socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { json, parsed, Refusal } from './answer.ts';
import type { JobTarget } from './job-target.ts';

const MOST_JOBS = 2_000;

const jobRequest = z.strictObject({
  kind: z.string().min(1).max(32),
  slots: z.array(z.int().min(1)).min(1).max(10_000),
  parameters: z.record(z.string().max(64), z.unknown()).default({}),
  who: z.string().min(1).max(100),
  key: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/)
    .optional(),
});

const cancelRequest = z.strictObject({ who: z.string().min(1).max(100) });

export async function jobRoute(
  target: JobTarget,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  known: (slots: readonly number[]) => void,
): Promise<void> {
  const [, id, action] = /^\/v1\/jobs(?:\/(\d{1,15})(?:\/([a-z]+))?)?$/.exec(url.pathname) ?? [];
  const route = `${request.method} ${action ?? (id === undefined ? 'all' : 'one')}`;
  switch (route) {
    case 'GET all': {
      const slot = number(url, 'slot');
      if (slot !== undefined) known([slot]);
      return json(response, target.jobs(Math.min(number(url, 'limit') ?? 100, MOST_JOBS), slot));
    }
    case 'POST all': {
      const { key, ...wanted } = await parsed(jobRequest, request);
      known(wanted.slots);
      return json(response, await target.askJobs({ ...wanted, ...(key === undefined ? {} : { key }) }));
    }
    case 'GET one': {
      const job = target.job(Number(id));
      if (job === undefined) throw new Refusal(404, `no job ${id}: it is not known, or was long ago`);
      return json(response, job);
    }
    case 'POST cancel': {
      const { who } = await parsed(cancelRequest, request);
      return json(response, await target.cancelJob(Number(id), who));
    }
    default:
      throw new Refusal(404, 'expected GET /v1/jobs, POST /v1/jobs, GET /v1/jobs/N or POST /v1/jobs/N/cancel');
  }
}

function number(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(400, `${name}: expected a number from 1 on`);
  return Number(text);
}
