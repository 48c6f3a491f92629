import { EventClient, type SeenEvent } from '../support/event-client.ts';

const BACK_AFTER = 20;

/** A client that comes back whenever its stream ends, and says what it had last, as a browser does. */
export class Follower {
  /** Of streams that have ended. */
  readonly #seen: SeenEvent[] = [];
  times = 0;
  #stopped = false;
  #client: EventClient | undefined;
  readonly #port: number;
  readonly #authorization: string;

  constructor(port: number, authorization: string) {
    this.#port = port;
    this.#authorization = authorization;
  }

  /** Resolves once it follows. */
  async start(): Promise<void> {
    const first = this.#open(undefined);
    await first.status();
    void this.#follow(first);
  }

  /** What was seen, in this order; what only passes has no number, and is not kept. */
  get events(): readonly SeenEvent['data'][] {
    const all = [...this.#seen, ...(this.#client?.events ?? [])];
    return all.filter(({ id }) => id !== undefined).map(({ data }) => data);
  }

  stop(): void {
    this.#stopped = true;
    this.#client?.close();
  }

  #open(lastId: string | undefined): EventClient {
    const back = lastId === undefined ? {} : { 'Last-Event-ID': lastId };
    this.#client = new EventClient(this.#port, '/api/v1/events/stream', {
      Authorization: this.#authorization,
      ...back,
    });
    this.times++;
    return this.#client;
  }

  async #follow(first: EventClient): Promise<void> {
    for (let client = first, lastId = first.lastId; !this.#stopped; ) {
      while (!client.closed && !isRefused(client)) await new Promise((resolve) => setTimeout(resolve, BACK_AFTER));
      client.close();
      this.#seen.push(...client.events);
      this.#client = undefined;
      lastId = client.lastId ?? lastId;
      if (!this.#stopped) client = this.#open(lastId);
    }
  }
}

/** As by an API that has no controller yet: the connection stays. */
const isRefused = ({ head }: EventClient) => head !== '' && !head.startsWith('HTTP/1.1 200 ');
