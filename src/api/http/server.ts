import { readFileSync } from 'node:fs';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { Express } from 'express';

export interface Listen {
  readonly host: string;
  readonly port: number;
  /** PEM files; undefined: plain HTTP, for loopback or behind a proxy. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Clients poll every five seconds over one connection, and die when it was closed under them (customer-api §3). */
const KEEP_ALIVE = 75_000;
/** A client that sends its headers or its request slower than this holds a connection for nothing. */
const HEADERS = 15_000;
const REQUEST = 60_000;
const MOST_CONNECTIONS = 5_000;

/** Listens; resolves with the server when it does, and rejects when the address cannot be had. */
export async function listen(app: Express, { host, port, tls }: Listen): Promise<Server> {
  const server =
    tls === undefined
      ? createPlain(app)
      : createTls({ cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: 'TLSv1.2' }, app);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.headersTimeout = HEADERS;
  server.requestTimeout = REQUEST;
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Takes no new request, and finishes those that it took; what is not done by `limit` milliseconds is cut. */
export async function drain(server: Server, limit: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), limit);
  await closed;
  clearTimeout(late);
}
