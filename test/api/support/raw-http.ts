import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Sent as they are; only Host is added. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One HTTP/1.1 connection that sends exactly the headers that it is given, as no HTTP library does. */
export class RawConnection {
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended: Error | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (part: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, part]);
      this.#wake();
    });
    const end = (cause: Error) => {
      this.#ended ??= cause;
      this.#wake();
    };
    this.#socket.on('error', end);
    this.#socket.on('close', () => end(new Error('the connection was closed')));
  }

  /** Sends a request and reads its answer; one at a time. */
  async send({ method, path, headers = {}, body }: RawRequest): Promise<RawAnswer> {
    const lines = [`${method} ${path} HTTP/1.1`, 'Host: pirack.test'];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
    return this.#answer(method);
  }

  /** Reads an answer to what was written by hand. */
  read(): Promise<RawAnswer> {
    return this.#answer('GET');
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  get closed(): boolean {
    return this.#ended !== undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #answer(method: string): Promise<RawAnswer> {
    const head = (await this.#until('\r\n\r\n')).toString('latin1').split('\r\n');
    const status = Number(head[0]?.split(' ')[1]);
    // 100 (Continue) comes before the answer.
    if (status === 100) return this.#answer(method);
    const headers = new Map(
      head.slice(1).map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    // A stream goes on: whoever wants more of it than the head uses an EventClient.
    const streams = headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (streams || method === 'HEAD' || status === 204 || status === 304) return { status, headers, text: '' };
    const body =
      headers.get('transfer-encoding') === 'chunked'
        ? await this.#chunks()
        : await this.#take(Number(headers.get('content-length') ?? 0));
    return { status, headers, text: body.toString('utf8') };
  }

  async #chunks(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt((await this.#until('\r\n')).toString('latin1'), 16);
      const part = await this.#take(size);
      await this.#until('\r\n');
      if (size === 0) return Buffer.concat(parts);
      parts.push(part);
    }
  }

  async #until(mark: string): Promise<Buffer> {
    for (;;) {
      const at = this.#rest.indexOf(mark);
      if (at >= 0) {
        const taken = this.#rest.subarray(0, at);
        this.#rest = this.#rest.subarray(at + mark.length);
        return taken;
      }
      await this.#more();
    }
  }

  async #take(size: number): Promise<Buffer> {
    while (this.#rest.length < size) await this.#more();
    const taken = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = () => undefined;
    if (this.#ended !== undefined && this.#rest.length === 0) throw this.#ended;
  }
}
