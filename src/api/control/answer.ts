/** How the control socket reads requests and gives answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { StreamLine } from './protocol.ts';

/** A cloud-init user-data file and some keys. */
const MOST_BODY = 256 * 1024;

/** An answer that is no: what was wrong and what was expected. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function parsed<T>(schema: z.ZodType<T>, request: IncomingMessage): Promise<T> {
  return checked(schema, await body(request));
}

export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Refusal(400, z.prettifyError(result.error));
  return result.data;
}

/** What takes a while: a line for every step of it, and the result as the last. */
export async function streamed<Progress, Result>(
  response: ServerResponse,
  work: (tell: (progress: Progress) => void) => Promise<Result>,
): Promise<void> {
  const say = (line: StreamLine<Progress, Result>) => response.write(`${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const result = await work((progress) => say({ progress }));
  say({ result });
  response.end();
}

export function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function body(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BODY) throw new Refusal(413, `expected at most ${MOST_BODY} bytes of JSON`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new Refusal(400, 'expected a JSON body');
  }
}
