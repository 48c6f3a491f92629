import type { ServerResponse } from 'node:http';
import type { EventRow } from '../../../store/events.ts';
import { type Audience, admits, type Owned } from './audience.ts';
import type { EventHistory } from './history.ts';
import { frameOf } from './shape.ts';

/** Why a stream ends; whoever read it goes on after the last event that came. */
export const ENDS = Object.freeze({
  too_slow: 'what was sent was not read: come back and go on after the last event',
  key_ended: 'the key does not work any more',
  controller_away: 'the controller went away while older events were read: come back in a moment',
  history_anew: 'the numbers of events have begun anew: come back for a word on it',
  shutdown: 'the API ends: come back in a moment',
} as const);
export type End = keyof typeof ENDS;

/** One client. `sent` is how far it has come in the history, whether or not what was there was for it. */
export class Stream {
  readonly audience: Audience;
  readonly #response: ServerResponse;
  readonly #staff: boolean;
  sent: number;
  /** The last number that the client was told. */
  #told: number;
  /** Older events are on their way to it from the controller. */
  catchingUp = false;
  /** Since when it has not taken what was written; on the monotonic clock. */
  stuckSince: number | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(audience: Audience, response: ServerResponse, sent: number) {
    this.audience = audience;
    this.#response = response;
    this.#staff = audience.caller.scope === 'staff';
    this.sent = sent;
    this.#told = sent;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Sends what is new, until the client does not keep up. The history reaches back to `sent`. */
  pump(history: EventHistory, now: number): void {
    if (this.stuckSince !== undefined || this.catchingUp) return;
    for (const { row, frame } of history.after(this.sent)) {
      this.sent = row.id;
      if (!admits(this.audience, row)) continue;
      this.#told = row.id;
      if (!this.write(frame(this.#staff), now)) return;
    }
  }

  /** What goes on just now is left out for whoever does not keep up. */
  pass(event: Owned, frame: (staff: boolean) => Buffer, now: number): void {
    if (this.stuckSince !== undefined || this.catchingUp) return;
    if (admits(this.audience, event, true)) this.write(frame(this.#staff), now);
  }

  /** An older event, out of a page of the controller's. */
  older(row: EventRow, now: number): void {
    this.sent = row.id;
    if (!admits(this.audience, row)) return;
    this.#told = row.id;
    this.write(frameOf(row, this.#staff), now);
  }

  /** A comment, so that whoever is between keeps the connection; and how far it is, so that it resumes from there. */
  beat(now: number): void {
    if (this.stuckSince !== undefined) return;
    const place = this.catchingUp || this.#told === this.sent ? '' : `id: ${this.sent}\n`;
    this.#told = this.catchingUp ? this.#told : this.sent;
    this.write(`:\n${place}\n`, now);
  }

  /** Of what came after `after` not all is kept any more. It has no number: what is kept follows. */
  gap(after: number, upto: number | null, text: string, now: number): void {
    this.write(`event: gap\ndata: ${JSON.stringify({ type: 'gap', after, upto, text })}\n\n`, now);
  }

  /** False: it does not keep up. */
  write(frame: Buffer | string, now: number): boolean {
    if (this.#ended) return false;
    if (this.#response.write(frame)) return true;
    this.stuckSince = now;
    return false;
  }

  /** What was written has been taken. */
  taken(): void {
    this.stuckSince = undefined;
    this.#wake();
  }

  /** Resolves when it keeps up again, or has ended. */
  async keepsUp(): Promise<void> {
    if (this.stuckSince === undefined || this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** With a last event that says why, for whoever still reads. */
  end(why: End): void {
    if (this.#ended) return;
    this.#ended = true;
    const data = JSON.stringify({ type: 'end', code: why, text: ENDS[why] });
    this.#response.end(`event: end\ndata: ${data}\n\n`);
    this.#wake();
  }

  destroy(): void {
    this.#ended = true;
    this.#response.destroy();
    this.#wake();
  }
}
