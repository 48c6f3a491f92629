import { createHash } from 'node:crypto';
import type { Clock } from '../../rack/clock.ts';
import type { ReplayTable } from '../../store/replays.ts';
import { ApiError } from './errors.ts';
import type { Answer } from './route.ts';

/** What was asked, as far as it decides what is done. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** Of an answer that was given before (draft-ietf-httpapi-idempotency-key-header has no header of its own for it). */
const REPLAYED = { 'idempotency-replayed': 'true' };

/**
 * Requests with an Idempotency-Key: one that comes again does nothing, and is answered as before. Only answers that did
 * something are kept: what was refused may be tried again under the same key.
 *
 * A process that ends in the middle leaves a request without an answer. The next one carries it out again under the same
 * key, by which the controller knows what it has done already.
 */
export class Replays {
  readonly #table: ReplayTable;
  readonly #clock: Clock;
  readonly #inFlight = new Set<string>();

  constructor(table: ReplayTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * @param request of the API key and the client's key together
   * @param act does what was asked
   */
  async answer(request: string, key: string, asked: Asked, act: () => Promise<Answer> | Answer): Promise<Answer> {
    const fingerprint = fingerprintOf(asked);
    const before = this.#table.get(request, this.#clock.now());
    if (before !== undefined && before.fingerprint !== fingerprint)
      throw new ApiError(
        'idempotency_key_reused',
        'this Idempotency-Key was used with another request: expected the same one, or another key',
      );
    if (this.#inFlight.has(request))
      throw new ApiError('request_in_flight', 'a request with this Idempotency-Key is being worked on: ask again', {
        headers: { 'retry-after': '1' },
      });
    if (before?.answer !== undefined)
      return { ...before.answer, headers: { ...before.answer.headers, ...REPLAYED } } satisfies Answer;
    this.#inFlight.add(request);
    try {
      if (before === undefined) this.#table.begin(request, key, fingerprint, this.#clock.now());
      const answer = await act();
      this.#table.answered(request, { status: answer.status, headers: answer.headers ?? {}, body: answer.body });
      return answer;
    } catch (cause) {
      // What failed may have done something before that: it stays as one that was not answered.
      if (cause instanceof ApiError && cause.status < 500) this.#table.forget(request);
      throw cause;
    } finally {
      this.#inFlight.delete(request);
    }
  }
}

function fingerprintOf({ method, url, body }: Asked): string {
  return createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
}
