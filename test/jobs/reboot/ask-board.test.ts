/** A board is asked over SSH to reboot, and does what its tenant likes. */
import { createServer, type Server, type Socket } from 'node:net';
import ssh2, { type ParsedKey } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { type AskLimits, askBoard } from '../../../src/jobs/reboot/ask-board.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis } from '../../../src/rack/units.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { newKey, type ScriptedServer, type ServerScript, startServer } from '../../switches/ssh/support/server.ts';

const HOST = '127.0.0.1' as Ipv4;
const keyOf = (text: string) => ssh2.utils.parseKey(text) as ParsedKey;

let board: ScriptedServer | undefined;
let raw: Server | undefined;
afterEach(async () => {
  await board?.close();
  raw?.close();
  board = raw = undefined;
});

async function ask(
  script: ServerScript,
  change: { hostKey?: string; key?: ParsedKey } = {},
  limits: Partial<AskLimits> = {},
) {
  board = await startServer({ user: 'root', methods: ['publickey'], ...script });
  const { port, hostKey, userKey } = board;
  return askBoard({ address: HOST, port, hostKey, key: keyOf(userKey), clock: realClock, limits, ...change });
}

/** Something that is no SSH server. */
async function askRaw(serve: (socket: Socket) => void, limits: Partial<AskLimits>) {
  const sockets = new Set<Socket>();
  raw = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((done) => raw?.listen(0, '127.0.0.1', done));
  const { port } = raw.address() as { port: number };
  const key = keyOf(newKey().private);
  try {
    return await askBoard({ address: HOST, port, hostKey: 'SHA256:none', key, clock: realClock, limits });
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

describe('a board that is asked to reboot', () => {
  it('runs one command and ends the connection', async () => {
    const asked = await ask({
      exec: (_command, reply) => {
        reply.end(0);
        setTimeout(() => reply.drop(), 20);
      },
    });
    expect(asked).toMatchObject({ taken: true });
    if (asked.taken) await asked.dropped;
    expect(board).toMatchObject({ commands: ['reboot'], connections: 1 });
  });

  it('may be gone before it has answered, or answer never: who waits for it sees', async () => {
    expect(await ask({ exec: (_command, reply) => reply.drop() })).toMatchObject({ taken: true });
    await board?.close();
    const silent = await ask({ exec: () => undefined }, {}, { command: millis(100) });
    expect(silent).toMatchObject({ taken: true });
    if (silent.taken) await silent.dropped;
  });

  it('says what its command said when that failed', async () => {
    const asked = await ask({
      exec: (_command, reply) => {
        reply.complain('sh: /sbin/reboot: \u001b[2Jnot\nfound');
        reply.end(127);
      },
    });
    expect(asked).toEqual({
      taken: false,
      code: 'command_failed',
      why: 'its reboot command ended with 127: sh: /sbin/reboot: ?[2Jnot found',
    });
  });

  it('whose tenant took the key out is told so, and is not asked', async () => {
    const asked = await ask({}, { key: keyOf(newKey().private) });
    expect(asked).toMatchObject({
      taken: false,
      code: 'key_refused',
      why: expect.stringContaining('tenant may remove'),
    });
    expect(board?.commands).toEqual([]);
  });

  it('with another host key gets no login at all', async () => {
    const asked = await ask({}, { hostKey: 'SHA256:another' });
    expect(asked).toMatchObject({ taken: false, code: 'host_key', why: expect.stringContaining('SHA256:another') });
    expect(board?.attempts).toEqual([]);
  });

  it('cannot have us compute with numbers of its own, or use a key of another type', async () => {
    const slow = await ask({ config: { algorithms: { kex: ['diffie-hellman-group-exchange-sha256'] } } });
    expect(slow).toMatchObject({ taken: false, code: 'ssh_handshake' });
    await board?.close();
    expect(await ask({ hostKeyType: 'rsa' })).toMatchObject({ taken: false, code: 'ssh_handshake' });
  });

  it('cannot flood us, before the login or after', async () => {
    const sent: number[] = [];
    const after = await ask({
      exec: (_command, reply) => void reply.flood(50 << 20).then((bytes) => sent.push(bytes)),
    });
    expect(after).toMatchObject({ taken: false, code: 'ssh_flooded' });
    await expect.poll(() => sent[0] ?? 50 << 20).toBeLessThan(20 << 20);
    const before = await askRaw((socket) => void socket.write('SSH-1.99-x'.repeat(100_000)), {});
    expect(before).toMatchObject({ taken: false });
  });

  it.each([
    ['never answers', () => undefined, /no login within 150 ms/],
    ['drips a banner for ever', (socket: Socket) => drip(socket), /no login within 150 ms|handshake/],
    ['closes at once', (socket: Socket) => socket.destroy(), /closed the connection/],
    ['closes after its banner', (socket: Socket) => socket.end('SSH-2.0-x\r\n'), /closed|before/],
    ['speaks something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /./],
  ])('that %s costs a bounded time', async (_, serve, why) => {
    const asked = await askRaw(serve as (socket: Socket) => void, { connect: millis(150) });
    expect(asked).toMatchObject({ taken: false, why: expect.stringMatching(why) });
  });

  it('that is not there is told so', async () => {
    const key = keyOf(newKey().private);
    const asked = await askBoard({ address: HOST, port: 1, hostKey: 'SHA256:x', key, clock: realClock });
    expect(asked).toMatchObject({ taken: false, code: 'ssh_unreachable' });
  });
});

function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('hello\r\n'), 10);
  socket.on('close', () => clearInterval(timer));
}
