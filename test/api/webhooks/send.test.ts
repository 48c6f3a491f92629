import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressPolicy } from '../../../src/api/webhooks/addresses.ts';
import { sender } from '../../../src/api/webhooks/send.ts';
import { trustedBeside } from '../../../src/api/webhooks/trust.ts';

/** Receivers that want the sender to wait, to read, or to stumble. */

let server: Server | undefined;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server?.close();
});

const policy = new AddressPolicy({ own: [], local: () => [], allowed: ['127.0.0.0/8', '::1'] });
const trust = trustedBeside(undefined);

/** Sends to a receiver that answers with these bytes and leaves the connection open. */
async function sendTo(answer: string, limit = 2_000) {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(answer));
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const send = sender({ policy, resolve: async () => ['127.0.0.1'], http: true, trust, limit });
  return send(`http://receiver.example:${port}/`, {}, '{}');
}

describe('a receiver', () => {
  it('that wants another protocol has failed', async () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n';
    expect(await sendTo(answer)).toEqual({ status: 101, error: 'answered 101' });
  });

  it('that answers without an end is read so far and no further', async () => {
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(20_000)}`;
    expect(await sendTo(answer, 60_000)).toEqual({ status: 200, error: undefined });
  });

  it.each([
    ['nothing', ''],
    ['one informational answer after the other', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)],
    ['half a head', 'HTTP/1.1 200 OK\r\nX-A: '],
  ])('that answers %s has as long as any', async (_what, answer) => {
    expect(await sendTo(answer, 1_000)).toEqual({ status: undefined, error: 'no answer in 1 s' });
  });

  it('that answers with headers without an end has failed', async () => {
    const { status, error } = await sendTo(`HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(200_000)}`, 60_000);
    expect([status, error]).toEqual([undefined, expect.stringContaining('HPE_HEADER_OVERFLOW')]);
  });

  it('is reached by its other family where there is no way by the first', async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    await new Promise<void>((done) => server?.listen(0, '::1', done));
    const { port } = server.address() as AddressInfo;
    const to = (...addresses: string[]) =>
      sender({ policy, resolve: async () => addresses, http: true, trust, limit: 2_000 })(
        `http://a.example:${port}/`,
        {},
        '{}',
      );
    expect(await to('127.0.0.1', '127.0.0.2', '::1')).toEqual({ status: 204, error: undefined });
    expect(await to('10.0.0.1', '127.0.0.1', '127.0.0.2')).toEqual({
      status: undefined,
      error: 'the connection failed (ECONNREFUSED)',
    });
  });

  it('whose name is never found costs no more than the time it has', async () => {
    const send = sender({ policy, resolve: () => new Promise(() => undefined), http: true, trust, limit: 100 });
    expect(await send('http://receiver.example/', {}, '{}')).toEqual({
      status: undefined,
      error: 'no address in 0.1 s',
    });
  });
});
