import { connect, type Socket } from 'node:net';

export interface SeenEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

const LIMIT = 5_000;

/** One client of a stream of events (WHATWG HTML §9.2.6), with nothing between it and the bytes. */
export class EventClient {
  readonly #socket: Socket;
  #text = '';
  #head: string | undefined;
  #wake: () => void = () => undefined;
  readonly events: SeenEvent[] = [];
  /** What a browser would send as Last-Event-ID when it came back. */
  lastId: string | undefined;
  retry: number | undefined;
  comments = 0;
  closed = false;
  #taken = 0;

  constructor(port: number, path: string, headers: Readonly<Record<string, string>>) {
    this.#socket = connect(port, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: pirack.test\r\n${lines.join('')}\r\n`);
    this.#socket.setEncoding('utf8');
    this.#socket.on('data', (text: string) => this.#hear(text));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  async status(): Promise<number> {
    await this.until(() => this.#head !== undefined);
    return Number(this.#head?.split(' ')[1]);
  }

  /** The head as it came. */
  get head(): string {
    return this.#head ?? '';
  }

  /** What of the body is not an event yet: all of it, where it is no stream. */
  get rest(): string {
    return this.#text;
  }

  /** The next event that was not taken yet. */
  async next(): Promise<SeenEvent> {
    await this.until(() => this.events.length > this.#taken);
    return this.events[this.#taken++] as SeenEvent;
  }

  /** The next event of a type; those before it are skipped. */
  async nextOf(type: string): Promise<SeenEvent> {
    for (;;) {
      const event = await this.next();
      if (event.event === type) return event;
    }
  }

  async until(holds: () => boolean): Promise<void> {
    const late = setTimeout(() => this.#wake(), LIMIT);
    const began = performance.now();
    try {
      while (!holds()) {
        const waited = performance.now() - began;
        if (waited >= LIMIT - 5) throw new Error(`not seen in ${LIMIT} ms; last ${JSON.stringify(this.events.at(-1))}`);
        if (this.closed) throw new Error(`the stream was closed; last ${JSON.stringify(this.events.at(-1))}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(late);
    }
  }

  async untilClosed(): Promise<void> {
    await this.until(() => this.closed);
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    this.#text += text;
    if (this.#head === undefined) {
      const end = this.#text.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#head = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 4);
    }
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() as string;
    for (const block of blocks) this.#block(block.split('\n'));
    this.#wake();
  }

  #block(lines: readonly string[]): void {
    let [event, data]: (string | undefined)[] = [];
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === 'id') this.lastId = value;
      else if (name === 'retry') this.retry = Number(value);
      else if (name === 'event') event = value;
      else if (name === 'data') data = value;
      else if (name === '') this.comments++;
      else throw new Error(`no field of an event: ${line}`);
    }
    if (data === undefined) return;
    const body = JSON.parse(data) as Record<string, unknown>;
    this.events.push({ event: event ?? 'message', id: 'id' in body ? this.lastId : undefined, data: body });
  }
}
