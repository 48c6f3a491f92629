/** Port 22 of a board: sends an identification line (RFC 4253 §4.2) to whoever connects, and nothing else. */
import { createServer, type Server, type Socket } from 'node:net';
import { openListener } from '../../../net/netns-fd.ts';

export const BANNER = 'SSH-2.0-pirack_virtual_board';
const SSH_PORT = 22;
/** A client that stays silent is let go. */
const IDLE_MS = 10_000;
const MOST_CLIENTS = 16;

export class SshBanner {
  readonly #servers: Server[] = [];
  readonly #clients = new Set<Socket>();

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
    client.resume();
    client.write(`${BANNER}\r\n`);
  }
}
