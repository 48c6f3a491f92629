import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probeSsh } from '../../src/health/ssh-probe.ts';
import { realClock } from '../../src/net/real-clock.ts';
import { millis } from '../../src/rack/units.ts';
import type { Ipv4 } from '../../src/wire/address.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function probe(serve: (socket: Socket) => void, limit = 500) {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  return probeSsh('127.0.0.1' as Ipv4, millis(limit), realClock, port);
}

describe('the SSH probe', () => {
  it('reads the identification line, also after other lines and in pieces', async () => {
    const result = await probe((socket) => {
      socket.write('welcome\r\nSSH-2.0-drop');
      setTimeout(() => socket.write('bear_2022.83\r\n'), 20);
    });
    expect(result).toEqual({ up: true, banner: 'SSH-2.0-dropbear_2022.83' });
  });

  it('takes out what would steer a terminal, and what is too long', async () => {
    const result = await probe((socket) =>
      socket.write(`SSH-2.0-\u001b]0;owned\u0007\u001b[2J\u009b${'x'.repeat(400)}\r\n`),
    );
    expect(result.up && result.banner).toMatch(/^SSH-2\.0-\?\]0;owned\?\?\[2J\?+x+$/);
    expect(result.up && result.banner).toHaveLength(253);
  });

  it.each([
    ['silence', () => undefined, /no SSH banner from 127\.0\.0\.1 within 500 ms/],
    ['a closed connection', (socket: Socket) => socket.end('hello\n'), /closed the connection before its SSH banner/],
    ['a flood', (socket: Socket) => socket.write('x'.repeat(100_000)), /and no SSH banner/],
  ] as const)('says why not: %s', async (_, serve, reason) => {
    const result = await probe(serve as (socket: Socket) => void);
    expect(result.up).toBe(false);
    expect(!result.up && result.reason).toMatch(reason);
  });

  it('says why not: refused', async () => {
    const result = await probeSsh('127.0.0.1' as Ipv4, millis(500), realClock, 1);
    expect(!result.up && result.reason).toMatch(/ECONNREFUSED/);
  });
});
