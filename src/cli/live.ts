import { setTimeout as pause } from 'node:timers/promises';
import { type ControlClient, NotServing } from '../api/control/client.ts';
import type { StatusView } from '../api/control/protocol.ts';
import { attentionLines, slotGrid, summaryLine } from './rack-view.ts';

/** A live display: redrawn in place on a terminal, a line when something changed elsewhere. */
export class LiveView {
  readonly #out: NodeJS.WriteStream;
  readonly #tty: boolean;
  #lines = 0;
  #last = '';
  #lastAt = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#tty = out.isTTY === true;
  }

  show(status: StatusView): void {
    const summary = summaryLine(status.summary);
    if (!this.#tty) {
      const now = Date.now();
      // In a log, one line every five seconds is progress; four a second are noise.
      if (summary === this.#last || now - this.#lastAt < 5000) return;
      this.#last = summary;
      this.#lastAt = now;
      this.#out.write(`${new Date(now).toISOString().slice(11, 19)} ${summary}\n`);
      return;
    }
    const width = this.#out.columns ?? 80;
    const lines = [...slotGrid(status.slots, width, true), ...attentionLines(status, 5), summary].map(
      (line) => `${line}\u001b[K`,
    );
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A` : '';
    this.#out.write(`${up}\r${lines.join('\n')}\n\u001b[J`);
    this.#lines = lines.length;
  }
}

/** Shows the rack until `until` says enough; a controller that is away for a while is waited for. */
export async function follow(
  client: ControlClient,
  out: NodeJS.WriteStream,
  until: (status: StatusView) => boolean,
  options: { readonly signal?: AbortSignal; readonly since?: number } = {},
): Promise<StatusView | undefined> {
  const view = new LiveView(out);
  let last: StatusView | undefined;
  while (options.signal?.aborted !== true) {
    try {
      last = await client.status(options.since);
      view.show(last);
      if (until(last)) return last;
    } catch (cause) {
      if (!(cause instanceof NotServing)) throw cause;
    }
    await pause(500, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(() => undefined);
  }
  return last;
}
