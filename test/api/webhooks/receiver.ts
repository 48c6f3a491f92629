import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../support/certificates.ts';

export interface Got {
  readonly id: string;
  readonly timestamp: number;
  readonly signatures: readonly string[];
  readonly body: string;
  readonly event: { readonly id: number; readonly type: string; readonly server: string | null };
}

/** Somebody's receiver: keeps what comes, and answers what the test says. */
export class Receiver {
  readonly got: Got[] = [];
  answer: (got: Got) => number = () => 204;
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';

  private constructor(certificate: Certificate | undefined) {
    const take = async (request: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts).toString('utf8');
      const got: Got = {
        id: String(request.headers['webhook-id']),
        timestamp: Number(request.headers['webhook-timestamp']),
        signatures: String(request.headers['webhook-signature']).split(' '),
        body,
        event: JSON.parse(body) as Got['event'],
      };
      this.got.push(got);
      response.writeHead(this.answer(got), { location: 'http://127.0.0.1:9/elsewhere' }).end('x'.repeat(100_000));
    };
    this.#scheme = certificate === undefined ? 'http' : 'https';
    this.#server = certificate === undefined ? createServer(take) : createSecure(certificate, take);
  }

  /** Behind TLS where it is given a certificate. */
  static async start(certificate?: Certificate): Promise<Receiver> {
    const receiver = new Receiver(certificate);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** As docs/events.md tells receivers to check it. */
export function isSigned({ id, timestamp, body, signatures }: Got, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const wanted = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return signatures.includes(wanted);
}
