/** A customer's program: speaks HTTP with its key, and says what it expected where the answer is another. */
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than any answer may take. Milliseconds. */
const ANSWER_LIMIT = 30_000;
const LOOK_EVERY = 250;

export class Unexpected extends Error {
  override readonly name = 'Unexpected';

  constructor(what: string, expected: string, got: unknown) {
    super(`${what}: expected ${expected}, got ${typeof got === 'string' ? got : JSON.stringify(got)}`);
  }
}

/** Throws where something is not as expected. */
export function expected(holds: boolean, what: string, wanted: string, got: unknown): asserts holds {
  if (!holds) throw new Unexpected(what, wanted, got);
}

export interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Question {
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

export class CustomerClient {
  readonly #origin: string;
  readonly #authorization: string;

  /** @param key id and secret, as `pirack key add` prints them */
  constructor(origin: string, key: { readonly id: string; readonly secret: string }) {
    this.#origin = origin;
    this.#authorization = `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString('base64')}`;
  }

  /** Whatever comes; a path, or an address that the API gave. */
  async send(method: string, where: string, { body, idempotencyKey }: Question = {}): Promise<Reply> {
    const url = new URL(where, this.#origin);
    expected(url.origin === this.#origin, 'an address that the API gave', `one at ${this.#origin}`, where);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_LIMIT),
      headers: {
        authorization: this.#authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      location: response.headers.get('location') ?? undefined,
      replayed: response.headers.get('idempotency-replayed') === 'true',
      body: text === '' ? {} : (JSON.parse(text) as Reply['body']),
    };
  }

  /** An answer of this status, or Unexpected. */
  async ask(status: number, method: string, where: string, question: Question = {}): Promise<Reply> {
    const reply = await this.send(method, where, question);
    expected(reply.status === status, `${method} ${where}`, String(status), { status: reply.status, ...reply.body });
    return reply;
  }

  /** Asks again and again until `done`, at most `limit` milliseconds. */
  async until(where: string, done: (reply: Reply) => boolean, limit: number, wanted: string): Promise<Reply> {
    const end = performance.now() + limit;
    for (;;) {
      const reply = await this.send('GET', where);
      if (done(reply)) return reply;
      expected(performance.now() < end, `GET ${where}`, `${wanted} within ${limit / 1000} s`, reply.body);
      await pause(LOOK_EVERY);
    }
  }
}
