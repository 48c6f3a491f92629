import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drain, listen, type Patience } from '../../../src/api/http/server.ts';
import { RawConnection } from '../support/raw-http.ts';

/** The real server with little patience, and one route that answers when the test says so. */

const patience: Patience = { keepAlive: 75_000, headers: 200, request: 400, look: 20 };
let server: Server;
let connections: RawConnection[];
let port: number;
let answer: () => void;
let taken: Promise<void>;

beforeEach(async () => {
  connections = [];
  const app = express();
  let take: () => void = () => undefined;
  taken = new Promise((resolve) => {
    take = resolve;
  });
  app.get('/slow', (_request, response) => {
    answer = () => response.json({ done: true });
    take();
  });
  app.all('/', express.json(), (_request, response) => void response.json({}));
  const limit = { most: 100, trustedProxies: [] };
  server = await listen(app, { host: '127.0.0.1', port: 0, tls: undefined }, limit, patience);
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  for (const connection of connections) connection.close();
  server.closeAllConnections();
  server.close();
});

function connect(): RawConnection {
  const connection = new RawConnection(port);
  connections.push(connection);
  return connection;
}

/** Writes a byte at a time for ever; resolves with what the server says when it has had enough. */
async function drip(start: string, byte: string) {
  const connection = connect();
  connection.write(start);
  let dripping = true;
  const drops = (async () => {
    while (dripping && !connection.closed) {
      await pause(20);
      if (!connection.closed) connection.write(byte);
    }
  })();
  const said = await connection.read();
  await expect.poll(() => connection.closed).toBe(true);
  dripping = false;
  await drops;
  return said;
}

const REFUSAL = { error: expect.any(String), request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) };

describe('a client that is too slow', () => {
  it('is cut while it drips its headers, with an answer that says why', async () => {
    const said = await drip('GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ', 'a');
    expect(said.status).toBe(408);
    expect(JSON.parse(said.text)).toEqual({ ...REFUSAL, code: 'request_timeout' });
  });

  it('is cut while it drips its body', async () => {
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n';
    const said = await drip(head, ' ');
    expect(JSON.parse(said.text)).toMatchObject({ code: 'request_timeout' });
  });

  it('is cut when it never says anything', async () => {
    const connection = connect();
    await expect.poll(() => connection.closed, { timeout: 3_000 }).toBe(true);
  });
});

describe('what is no request', () => {
  it.each([
    ['words', 'hello, is this a shell?\r\n\r\n', 400, 'bad_request'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400, 'bad_request'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'bad_request',
    ],
    ['a header line that is folded', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n', 400, 'bad_request'],
    ['a path with a control character', 'GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'bad_request'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('%s: is refused in JSON, and the connection ends', async (_what, bytes, status, code) => {
    const connection = connect();
    connection.write(bytes);
    const said = await connection.read();
    expect(said.status).toBe(status);
    expect(JSON.parse(said.text)).toEqual({ ...REFUSAL, code });
    expect(said.headers.get('connection')).toBe('close');
    await expect.poll(() => connection.closed).toBe(true);
  });
});

describe('the end of the server', () => {
  it('finishes the request in flight, and then the connection, without the limit', async () => {
    const [busy, idle] = [connect(), connect()];
    await idle.send({ method: 'GET', path: '/' });
    const answered = busy.send({ method: 'GET', path: '/slow' });
    await taken;
    const drained = drain(server, 60_000);
    await expect.poll(() => idle.closed).toBe(true);
    answer();
    expect(await answered).toMatchObject({ status: 200, text: '{"done":true}' });
    await drained;
    await expect.poll(() => busy.closed).toBe(true);
  });

  it('takes no new connection, and cuts what is not done by the limit', async () => {
    const busy = connect();
    const answered = busy.send({ method: 'GET', path: '/slow' }).catch((cause: Error) => cause);
    await taken;
    const drained = drain(server, 100);
    const late = connect();
    await expect.poll(() => late.closed).toBe(true);
    await drained;
    expect(await answered).toBeInstanceOf(Error);
  });
});
