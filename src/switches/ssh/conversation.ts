/** A channel that stays open for questions and answers, each answer ending with a mark. */
import type { Clock } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import { SshFlooded, SshLost, SshTimeout } from './errors.ts';
import type { Link } from './link.ts';
import { createMarkedStream } from './marked.ts';
import type { ClientChannel } from './ssh2.ts';

export interface Conversation {
  readonly alive: boolean;
  /**
   * Sends `text` and the mark, and waits for an answer. One at a time; any failure ends the connection, because the next
   * answer could be to this question. `what` names it for people.
   */
  ask(text: string, what: string, deadline: Millis): Promise<string>;
  /** Waits for what the switch says unasked, such as a greeting. */
  listen(what: string, deadline: Millis): Promise<string>;
  /** Sends what is not answered. */
  tell(text: string): void;
  /** Ends the connection, because what comes next could not be trusted. */
  drop(): void;
}

export interface ConversationOptions {
  readonly link: Link;
  readonly channel: ClientChannel;
  /** Ends every message, and is no part of it. */
  readonly mark: string;
  /** Most bytes of an answer. */
  readonly bytes: number;
  readonly clock: Clock;
  readonly target: string;
}

interface Waiting {
  readonly what: string;
  readonly end: (outcome: string | Error) => void;
}

const NOTHING = 'nothing that was asked';

export function createConversation(options: ConversationOptions): Conversation {
  const { link, channel, mark, bytes, clock, target } = options;
  const heard = createMarkedStream(mark);
  let over = false;
  let waiting: Waiting | undefined;

  const settle = (outcome: string | Error) => {
    const asked = waiting;
    waiting = undefined;
    asked?.end(outcome);
  };
  const abandon = (error: Error) => {
    over = true;
    settle(error);
    link.destroy();
  };
  const lost = (what: string) => new SshLost(target, what, heard.rest(), link.cause && { cause: link.cause });
  const deliver = () => {
    if (!waiting) return;
    const answer = heard.take();
    if (answer !== undefined) settle(answer);
  };

  channel.on('data', (chunk: Buffer) => {
    if (over) return;
    heard.push(chunk);
    deliver();
    if (heard.pending > bytes) abandon(new SshFlooded(target, waiting?.what ?? NOTHING, bytes));
  });
  channel.stderr.resume();
  channel.on('error', () => {});
  channel.on('close', () => {
    over = true;
    settle(lost(waiting?.what ?? NOTHING));
  });

  const wait = (what: string, deadline: Millis, send: () => void): Promise<string> => {
    if (over) return Promise.reject(lost(what));
    if (waiting) return Promise.reject(new Error(`${what} was asked before ${waiting.what} was answered`));
    const startedAt = clock.monotonic();
    return new Promise((resolve, reject) => {
      const timer = clock.after(deadline, () => {
        const waited = millis(Math.round(clock.monotonic() - startedAt));
        abandon(new SshTimeout(target, what, `"${mark}"`, waited, heard.rest()));
      });
      waiting = {
        what,
        end: (outcome) => {
          timer.cancel();
          if (typeof outcome === 'string') resolve(outcome);
          else reject(outcome);
        },
      };
      send();
      deliver();
    });
  };

  return {
    get alive() {
      return !over && link.usable;
    },
    ask: (text, what, deadline) => wait(what, deadline, () => channel.write(text + mark)),
    tell: (text) => void channel.write(text + mark),
    drop() {
      over = true;
      link.destroy();
    },
    listen: (what, deadline) => wait(what, deadline, () => {}),
  };
}
