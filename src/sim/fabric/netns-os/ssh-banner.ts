/**
 * Port 22 of a board: sends an identification line (RFC 4253 §4.2) to whoever connects. Whoever answers it is handed on:
 * a probe never does, and a whole SSH server for each probe of each board would be most of what a virtual rack costs.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { openListener } from '../../../net/netns-fd.ts';

export const BANNER = 'SSH-2.0-pirack_virtual_board';
const SSH_PORT = 22;
/** A client that stays silent is let go. */
const IDLE_MS = 10_000;
const MOST_CLIENTS = 16;

/** Takes a connection over, with what has come on it. Its banner has been sent. */
export type TakeOver = (client: Socket, first: Buffer) => void;

export class SshBanner {
  readonly #takeOver: TakeOver;
  readonly #servers: Server[] = [];
  readonly #clients = new Set<Socket>();

  constructor(takeOver: TakeOver) {
    this.#takeOver = takeOver;
  }

  /** Listens on all addresses of both families in the namespace. Rejects with a SystemError. */
  async open(netns: string): Promise<void> {
    for (const family of [6, 4] as const) {
      const fd = openListener({ netns, family, port: SSH_PORT });
      const server = createServer((client) => this.#greet(client));
      server.maxConnections = MOST_CLIENTS;
      this.#servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ fd }, () => {
          server.off('error', reject);
          server.on('error', () => {});
          resolve();
        });
      });
    }
  }

  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }

  #greet(client: Socket): void {
    this.#clients.add(client);
    client.on('error', () => {});
    client.on('close', () => this.#clients.delete(client));
    client.setTimeout(IDLE_MS, () => client.destroy());
    client.once('data', (first) => this.#takeOver(client, first));
    client.write(`${BANNER}\r\n`);
  }
}
