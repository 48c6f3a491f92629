import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitConnections } from '../../../src/api/http/connections.ts';

const MOST = 5;
let server: Server | undefined;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server?.close();
});

async function serve(trustedProxies: readonly string[] = [], host = '127.0.0.1') {
  server = createServer((_request, response) => response.end('served'));
  limitConnections(server, { most: MOST, trustedProxies });
  await new Promise<void>((done) => server?.listen(0, host, done));
  return (server.address() as AddressInfo).port;
}

/** A connection that sends a little and waits; resolves when it is made, or cut already. */
function loris(port: number, localAddress: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(socket));
    socket.write('GET / HTTP/1.1\r\n');
    socket.once('connect', () => resolve(socket));
  });
}

function ask(port: number, localAddress: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.on('close', () => resolve(text));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
}

/** Resolves with whether each was kept. They are accepted in turn: whoever asks after them is answered after they were judged. */
async function many(port: number, count: number, from = '127.0.0.1'): Promise<boolean[]> {
  const made = await Promise.all(Array.from({ length: count }, () => loris(port, from)));
  expect(await ask(port, '127.0.0.250')).toContain('served');
  await new Promise((done) => setTimeout(done, 20));
  return made.map(({ destroyed }) => !destroyed);
}

describe('connections of one address', () => {
  it('are as many as are allowed, and never keep others out', async () => {
    const port = await serve();
    const kept = await many(port, 3 * MOST);
    expect(kept.filter((each) => each)).toHaveLength(MOST);
    expect(await ask(port, '127.0.0.1')).toBe('');
    expect(await ask(port, '127.0.0.2')).toContain('served');
  });

  it('make room as they go', async () => {
    const port = await serve();
    await many(port, MOST);
    for (const socket of sockets.splice(0, 2)) socket.destroy();
    await expect.poll(() => ask(port, '127.0.0.1')).toContain('served');
  });

  it.each([['127.0.0.1'], ['127.0.0.0/30'], ['not an address', '127.0.0.1']])(
    'that is a trusted proxy are its own to limit: %s',
    async (...proxies) => {
      const port = await serve(proxies);
      expect(await many(port, 2 * MOST)).not.toContain(false);
      expect(await ask(port, '127.0.0.1')).toContain('served');
      expect((await many(port, 2 * MOST, '127.0.0.9')).filter((each) => each)).toHaveLength(MOST);
    },
  );

  it('count alike by IPv4 on a socket of both families', async () => {
    const port = await serve(['127.0.0.2'], '::');
    expect((await many(port, 2 * MOST)).filter((each) => each)).toHaveLength(MOST);
    expect(await many(port, 2 * MOST, '127.0.0.2')).not.toContain(false);
  });
});
