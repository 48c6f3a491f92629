import { readFileSync } from 'node:fs';
import { createServer as createPlain, type Server, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { Express } from 'express';
import { answerBadClient } from './bad-client.ts';
import { type ConnectionLimit, limitConnections } from './connections.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
  /** PEM files; undefined: plain HTTP, for loopback or behind a proxy. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** All in milliseconds. */
export interface Patience {
  /** Clients poll every five seconds over one connection, and die when it was closed under them (customer-api §3). */
  readonly keepAlive: number;
  /** A client that sends its headers or its request slower than this holds a connection for nothing. */
  readonly headers: number;
  readonly request: number;
  /** How often it is looked who is too slow: Node's own 30 s would add to each of the limits. */
  readonly look: number;
}

const PATIENCE: Patience = Object.freeze({ keepAlive: 75_000, headers: 15_000, request: 60_000, look: 2_000 });
const MOST_CONNECTIONS = 5_000;

/** Listens; resolves with the server when it does, and rejects when the address cannot be had. */
export async function listen(
  app: Express,
  { host, port, tls }: Listen,
  limit: ConnectionLimit,
  patience = PATIENCE,
): Promise<Server> {
  const timing = {
    keepAliveTimeout: patience.keepAlive,
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    connectionsCheckingInterval: patience.look,
  };
  const server =
    tls === undefined
      ? createPlain(timing, app)
      : createTls({ ...timing, cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: 'TLSv1.2' }, app);
  server.maxConnections = MOST_CONNECTIONS;
  limitConnections(server, limit);
  server.maxRequestsPerSocket = 0;
  server.on('clientError', answerBadClient);
  // Node's own answer would be a 417 without a body. What is expected may be left unmet (RFC 9110 §10.1.1).
  server.on('checkExpectation', app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

const SWEEP = 50;

/**
 * Takes no new connection, and finishes the requests that it took; what is not done by `limit` milliseconds is cut. A
 * connection on which an answer has ended would be kept alive, and with it the server: it is told to close, and closed.
 */
export async function drain(server: Server, limit: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.prependListener('request', (_request, response: ServerResponse) => response.setHeader('connection', 'close'));
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP);
  const late = setTimeout(() => server.closeAllConnections(), limit);
  await closed;
  clearInterval(sweep);
  clearTimeout(late);
}
