import { writeFileSync } from 'node:fs';
import { createServer as createSecure, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AddressPolicy } from '../../../src/api/webhooks/addresses.ts';
import { sender } from '../../../src/api/webhooks/send.ts';
import { trustedBeside } from '../../../src/api/webhooks/trust.ts';
import { type Certificate, TestCa } from '../support/certificates.ts';

/** Receivers behind TLS, with certificates of every kind. */

const LIMIT = 5_000;
let ca: TestCa;
let good: Certificate;
/** The time that a try has is over. */
const late = () => void vi.advanceTimersByTime(LIMIT);
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
beforeAll(() => {
  ca = new TestCa();
  good = ca.issue('DNS:receiver.example');
});
afterAll(() => ca.remove());

let server: Server;
let sockets: Socket[] = [];
let got: { readonly sni: unknown; readonly host: string | undefined; readonly version: string | null }[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  [sockets, got] = [[], []];
  server.close();
});

async function listen(made: Server, address = '127.0.0.1'): Promise<number> {
  server = made.on('connection', (socket: Socket) => void sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((done) => server.listen(0, address, done));
  return (server.address() as AddressInfo).port;
}

const receiver = (options: ServerOptions) =>
  createSecure(options, (request, response) => {
    const socket = request.socket as TLSSocket;
    got.push({ sni: socket.servername, host: request.headers.host, version: socket.getProtocol() });
    response.writeHead(204).end();
  });

interface How {
  readonly host?: string;
  readonly trust?: string | undefined;
  readonly addresses?: readonly string[];
}

/** What comes of a message to a port; names have the address of the receiver once, and another ever after. */
async function sendTo(port: number, how: How = {}) {
  const answers = [how.addresses ?? ['127.0.0.1'], ['127.0.0.2']];
  const policy = new AddressPolicy({ own: [], local: () => [], allowed: ['127.0.0.0/8', '::1'] });
  const trust = trustedBeside('trust' in how ? how.trust : ca.file);
  const resolve = async () => answers.shift() ?? [];
  const send = sender({ policy, resolve, http: false, trust, limit: LIMIT });
  return send(`https://${how.host ?? 'receiver.example'}:${port}/hook`, {}, '{}');
}
const refused = (error: string) => ({ status: undefined, error });

describe('a receiver behind TLS', () => {
  it('is sent to where its certificate is of the CA of the rack file, and for its name', async () => {
    const port = await listen(receiver(good));
    expect(await sendTo(port)).toEqual({ status: 204, error: undefined });
    expect(got).toEqual([{ sni: 'receiver.example', host: `receiver.example:${port}`, version: 'TLSv1.3' }]);
    expect(await sendTo(port, { host: 'receiver.example.' })).toEqual({ status: 204, error: undefined });
    expect(got[1]?.sni).toBe('receiver.example');
  });

  it('is reached at the address that was judged, by its other family too, and the name is looked up once', async () => {
    const port = await listen(receiver(good), '::1');
    const answer = await sendTo(port, { addresses: ['10.0.0.1', '127.0.0.1', '::1', '127.0.0.3'] });
    expect([answer.status, got[0]?.sni]).toEqual([204, 'receiver.example']);
  });

  it('that is an address has a certificate for the address, and is told no name', async () => {
    const port = await listen(receiver(ca.issue('IP:127.0.0.1')));
    expect(await sendTo(port, { host: '127.0.0.1' })).toEqual({ status: 204, error: undefined });
    expect(got).toEqual([{ sni: false, host: `127.0.0.1:${port}`, version: 'TLSv1.3' }]);
    expect(await sendTo(port, { host: '127.0.0.9', addresses: [] })).toEqual(
      refused('the connection failed (ECONNREFUSED)'),
    );
  });

  it.each([
    [
      'for another name',
      () => ca.issue('DNS:other.example'),
      /^its certificate is not for this name \(ERR_TLS_CERT_AL/,
    ],
    ['for its address only', () => ca.issue('IP:127.0.0.1'), /^its certificate is not for this name \(/],
    [
      'that has expired',
      () => ca.issue('DNS:receiver.example', 'expired'),
      /^its certificate has expired \(CERT_HAS_E/,
    ],
    ['of later', () => ca.issue('DNS:receiver.example', 'not yet'), /^its certificate is not valid yet \(CERT_NOT_Y/],
    ['of itself', () => ca.selfSigned('DNS:receiver.example'), /^its certificate is signed by itself \(DEPTH_ZERO_SEL/],
  ])('is refused with a certificate %s, and told nothing', async (_what, make, error) => {
    // Who starts the API may have this set for something else.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const port = await listen(receiver(make()));
    expect(await sendTo(port)).toEqual(refused(expect.stringMatching(error)));
    expect(got).toEqual([]);
  });

  it('is refused with a certificate of a CA that the rack file does not name', async () => {
    const port = await listen(receiver(good));
    const error = /^its certificate is of a CA that is not trusted here.*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/;
    expect(await sendTo(port, { trust: undefined })).toEqual(refused(expect.stringMatching(error)));
    const other = new TestCa();
    const answer = await sendTo(port, { trust: other.file });
    other.remove();
    expect(answer).toEqual(refused(expect.stringMatching(error)));
    expect(got).toEqual([]);
  });

  it.each([
    [
      'TLS 1.1 at most',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      'no TLS 1.2 or later',
    ],
    ['no cipher that is one', { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256@SECLEVEL=0' }, 'no cipher in common'],
    ['a certificate of its client', { requestCert: true }, 'it wants a certificate of its client'],
  ] as const)('that has or wants %s is told so', async (_what, options, error) => {
    const port = await listen(receiver({ ...good, ...options }));
    expect(await sendTo(port)).toEqual(refused(expect.stringContaining(error)));
    expect(got).toEqual([]);
  });

  it('that has TLS 1.2 is sent to', async () => {
    const port = await listen(receiver({ ...good, maxVersion: 'TLSv1.2' }));
    expect(await sendTo(port)).toEqual({ status: 204, error: undefined });
    expect(got[0]?.version).toBe('TLSv1.2');
  });

  it('that stalls in the handshake has as long as any, and its connection ends with that', async () => {
    const port = await listen(createServer());
    const ended = new Promise<void>((done) => {
      server.once('connection', (socket) => socket.once('data', late).once('close', done));
    });
    expect(await sendTo(port)).toEqual(refused('no TLS handshake in 5 s'));
    await ended;
  });

  it('that shakes hands and then says nothing is one that does not answer', async () => {
    const port = await listen(createSecure(good, late));
    expect(await sendTo(port)).toEqual(refused('no answer in 5 s'));
  });

  it('that speaks plain HTTP is told so', async () => {
    const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await sendTo(port)).toEqual(refused('it speaks no TLS (ERR_SSL_WRONG_VERSION_NUMBER)'));
  });
});

describe('the CA of webhooks', () => {
  it('is refused where no receiver could be believed by it, in words that name the file', () => {
    const file = join(ca.directory, 'given.pem');
    const error = (text: string | Buffer) => {
      writeFileSync(file, text);
      return () => trustedBeside(file);
    };
    const expected = `the CA of webhooks: expected a file of PEM certificates at ${file}, `;
    expect(error('words')).toThrow(`${expected}found none in it`);
    expect(error(good.cert)).toThrow(`${expected}number 1 in it is not one of a CA`);
    expect(error('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')).toThrow(
      `${expected}number 1 in it cannot be read`,
    );
    expect(() => trustedBeside(join(ca.directory, 'none.pem'))).toThrow(/ and it cannot be read$/);
  });
});
