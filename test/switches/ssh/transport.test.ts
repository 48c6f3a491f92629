import { createServer } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SshPlan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import type { SshLimits, SshTransport } from '../../../src/switches/ssh/transport.ts';
import { createSshTransport } from '../../../src/switches/ssh/transport.ts';
import type { ScriptedServer, ServerScript } from './support/server.ts';
import { newKey, PASSWORD, planFor, secretsFor, startServer } from './support/server.ts';
import { startWire } from './support/wire.ts';

const log = pino({ level: 'silent' });
const echo: ServerScript = {
  exec: (command, reply) => {
    reply.say(`ran ${command}\n`);
    reply.end(0);
  },
};

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function server(script: ServerScript = echo): Promise<ScriptedServer> {
  const started = await startServer(script);
  open.unshift(started);
  return started;
}

function connect(
  to: ScriptedServer,
  change: Partial<SshPlan> = {},
  limits: Partial<SshLimits> = {},
  more: Record<string, string> = {},
): SshTransport {
  const plan = { name: 'sw1', address: '127.0.0.1', ssh: planFor(to, change) };
  const transport = createSshTransport(plan, { clock: realClock, log, secrets: secretsFor(to, more), limits });
  open.unshift(transport);
  return transport;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );

describe('the way in', () => {
  it('is one connection for all commands, each on a channel of its own', async () => {
    const target = await server();
    const transport = connect(target);
    expect(await transport.exec('one', 'one')).toEqual({ stdout: 'ran one\n', stderr: '', code: 0 });
    expect(await transport.exec('two', 'two')).toMatchObject({ stdout: 'ran two\n' });
    expect(target.connections).toBe(1);
    expect(target.attempts).toEqual(['password']);
  });

  it('is a key as well', async () => {
    const target = await server();
    const transport = connect(target, { password: undefined, key: { env: 'KEY' } });
    expect((await transport.exec('one', 'one')).code).toBe(0);
    expect(new Set(target.attempts)).toEqual(new Set(['publickey']));
  });

  it('answers a hidden prompt with the password where the switch knows nothing else', async () => {
    const target = await server({ ...echo, methods: ['keyboard-interactive'] });
    expect((await connect(target).exec('one', 'one')).code).toBe(0);
    const asksMore = await server({
      ...echo,
      methods: ['keyboard-interactive'],
      prompts: [
        { prompt: 'Password: ', echo: false },
        { prompt: 'Code: ', echo: false },
      ],
    });
    expect(await failure(connect(asksMore).exec('one', 'one'))).toMatchObject({ code: 'ssh-auth' });
  });

  it('refuses any other host key before it says who it is, and tells both fingerprints', async () => {
    const target = await server();
    const other = await server();
    const error = await failure(connect(target, { hostKey: other.hostKey }).exec('one', 'one'));
    expect(error).toMatchObject({ code: 'ssh-host-key', expected: other.hostKey, seen: target.hostKey });
    expect(error?.message).toContain(`shows the host key ${target.hostKey}`);
    expect(error?.message).toContain(other.hostKey);
    expect(target.attempts).toEqual([]);
    expect(target.commands).toEqual([]);
  });

  it('takes a fingerprint with its padding', async () => {
    const target = await server();
    expect((await connect(target, { hostKey: `${target.hostKey}=` }).exec('one', 'one')).code).toBe(0);
  });

  it('tries a refused password once, and not again for a while', async () => {
    const target = await server();
    const transport = connect(target, { password: { env: 'WRONG' } });
    const error = await failure(transport.exec('one', 'one'));
    expect(error).toMatchObject({ code: 'ssh-auth' });
    expect(error?.message).toContain('the password is not accepted; it accepts password, publickey');
    expect(error?.message).not.toContain('not the password');
    expect(await failure(transport.exec('one', 'one'))).toBe(error);
    expect(target.connections).toBe(1);
    expect(target.attempts).toEqual(['password']);
  });

  it('tries again afterwards, with the secret as it is then', async () => {
    const target = await server();
    const transport = connect(target, { password: { env: 'WRONG' } }, { afterRefusal: millis(0) });
    await failure(transport.exec('one', 'one'));
    await failure(transport.exec('one', 'one'));
    expect(target.attempts).toEqual(['password', 'password']);
  });

  it('names a key that cannot be used by its place', async () => {
    const target = await server();
    const transport = connect(target, { password: undefined, key: { env: 'BAD' } }, {}, { BAD: 'no key at all' });
    const error = await failure(transport.exec('one', 'one'));
    expect(error).toMatchObject({ code: 'secret-unreadable' });
    expect(error?.message).toContain('environment variable BAD');
    expect(error?.message).not.toContain('no key at all');
    expect(target.connections).toBe(0);
  });

  it('is shut to a key that the switch does not know', async () => {
    const target = await server();
    const transport = connect(target, { password: undefined, key: { env: 'OTHER' } }, {}, { OTHER: newKey().private });
    expect(await failure(transport.exec('one', 'one'))).toMatchObject({ code: 'ssh-auth' });
  });

  it('keeps passwords out of every message', async () => {
    const target = await server({ exec: (_command, reply) => reply.drop() });
    const error = await failure(connect(target).exec('one', 'one'));
    expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain(PASSWORD);
  });
});

describe('old switches', () => {
  it('are told which algorithm to allow by name, and are spoken to when it is', async () => {
    const algorithms = { kex: ['diffie-hellman-group14-sha1'], serverHostKey: ['ssh-rsa'], hmac: ['hmac-sha1'] };
    const target = await server({ ...echo, hostKeyType: 'rsa', config: { algorithms: algorithms as object } });
    const error = await failure(connect(target).exec('one', 'one'));
    expect(error).toMatchObject({ code: 'ssh-handshake' });
    expect(error?.message).toContain('no key exchange algorithm in common');
    expect(error?.message).toContain('diffie-hellman-group14-sha1');
    expect(error?.message).toContain('ssh.legacy_algorithms');
    const legacy = ['diffie-hellman-group14-sha1', 'ssh-rsa', 'hmac-sha1'] as const;
    expect((await connect(target, { legacy }).exec('one', 'one')).code).toBe(0);
  });
});

describe('a switch that is not there', () => {
  it('is unreachable, with the reason', async () => {
    const target = await server();
    await target.close();
    expect(await failure(connect(target).exec('one', 'one'))).toMatchObject({
      code: 'ssh-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['says nothing', () => {}, 'ssh-unreachable', 'no login within 200 ms'],
    ['hangs up', (socket: import('node:net').Socket) => socket.destroy(), 'ssh-unreachable', 'all of its sessions'],
    [
      'is no SSH server',
      (socket: import('node:net').Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'ssh-',
      '',
    ],
    [
      'talks on without end',
      (socket: import('node:net').Socket) => {
        const talk = () => socket.writable && socket.write('x'.repeat(1_000).concat('\r\n').repeat(100), talk);
        talk();
      },
      'ssh-handshake',
      '',
    ],
  ])('%s', async (what, act, code, words) => {
    const sockets = new Set<import('node:net').Socket>();
    const raw = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      act(socket);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', () => resolve()));
    const target = await server();
    const { port } = raw.address() as { port: number };
    // Only silence is told by time; the others say by themselves what they are, however slow this machine is.
    const limit = millis(what === 'says nothing' ? 200 : 20_000);
    const error = await failure(connect(target, { port }, { connect: limit }).exec('one', 'one'));
    expect(error?.code).toContain(code);
    expect(error?.message).toContain(words);
    for (const socket of sockets) socket.destroy();
    raw.close();
  });
});

describe('a command', () => {
  it('that hangs is given up with the last that was said, and takes its connection with it', async () => {
    const target = await server({
      exec: (command, reply) => {
        if (command === 'hang') return reply.say('Working...\u001b[31m 40%\r\n');
        reply.say('ok');
        reply.end(0);
      },
    });
    const transport = connect(target);
    const error = await failure(transport.exec('hang', 'a long command', millis(150)));
    expect(error).toMatchObject({ code: 'ssh-timeout', last: 'Working...?[31m 40%' });
    expect(error?.message).toContain('the end of the answer was not seen within');
    expect(error?.message).toContain('of a long command');
    expect((await transport.exec('next', 'next')).stdout).toBe('ok');
    expect(target.connections).toBe(2);
  });

  it('keeps the last 200 characters only', async () => {
    const target = await server({ exec: (_command, reply) => reply.say(`${'a'.repeat(500)}${'b'.repeat(190)}`) });
    const error = (await failure(connect(target).exec('x', 'x', millis(150)))) as Error & { last: string };
    expect(error.last).toBe(`${'a'.repeat(10)}${'b'.repeat(190)}`);
  });

  it('whose connection ends in the middle of the answer is lost, and is not sent again', async () => {
    const target = await server({
      exec: (_command, reply) => {
        reply.say('half of the ans');
        setTimeout(reply.drop, 20);
      },
    });
    const error = await failure(connect(target).exec('write', 'a write'));
    expect(error).toMatchObject({ code: 'ssh-lost', last: 'half of the ans' });
    expect(target.commands).toEqual(['write']);
  });

  it('that floods is cut off, and little of it is kept', async () => {
    let taken: Promise<number> | undefined;
    const target = await server({
      exec: (_command, reply) => {
        taken = reply.flood(50 * 1024 * 1024);
      },
    });
    const before = process.memoryUsage().arrayBuffers;
    const error = await failure(connect(target, {}, { bytes: 1024 * 1024 }).exec('x', 'x'));
    expect(error).toMatchObject({ code: 'ssh-flooded' });
    expect(await taken).toBeLessThan(20 * 1024 * 1024);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * 1024 * 1024);
  });

  it('counts what comes as an error as well', async () => {
    const target = await server({
      exec: (_command, reply) => {
        reply.complain('e'.repeat(3_000));
        reply.end(1);
      },
    });
    expect(await failure(connect(target, {}, { bytes: 2_000 }).exec('x', 'x'))).toMatchObject({ code: 'ssh-flooded' });
    expect(await connect(target).exec('x', 'x')).toEqual({ stdout: '', stderr: 'e'.repeat(3_000), code: 1 });
  });

  it('may end without an exit status', async () => {
    const target = await server({
      exec: (_command, reply) => {
        reply.say('done');
        reply.end();
      },
    });
    expect(await connect(target).exec('x', 'x')).toEqual({ stdout: 'done', stderr: '', code: undefined });
  });

  it('finds no channel where all sessions are taken, and has not been run', async () => {
    const target = await server({ ...echo, channels: 0 });
    expect(await failure(connect(target).exec('x', 'a command'))).toMatchObject({
      code: 'ssh-channel',
      message: expect.stringContaining('opened no channel for a command'),
    });
    expect(target.commands).toEqual([]);
  });

  it('makes a new connection after the old one was ended by the switch', async () => {
    const target = await server();
    const transport = connect(target);
    await transport.exec('one', 'one');
    target.dropAll();
    await pause(50);
    expect((await transport.exec('two', 'two')).code).toBe(0);
    expect(transport.counts).toEqual({ connects: 2, commands: 2 });
  });

  it('connects once for commands that are asked for together', async () => {
    const target = await server();
    const transport = connect(target);
    await Promise.all(['a', 'b', 'c'].map((name) => transport.exec(name, name)));
    expect(target.connections).toBe(1);
  });

  it('is not sent after the end', async () => {
    const target = await server();
    const transport = connect(target);
    transport.close();
    expect(await failure(transport.exec('x', 'x'))).toMatchObject({ code: 'switch-closed' });
    expect(target.connections).toBe(0);
  });
});

describe('an idle connection', () => {
  it('lives on while the switch gives signs of life, and is replaced when it gives none', async () => {
    const target = await server();
    const wire = await startWire(target.port);
    open.unshift(wire);
    const transport = connect(target, { port: wire.port }, { keepalive: millis(150), keepaliveMisses: 4 });
    await transport.exec('one', 'one');
    await pause(400);
    await transport.exec('two', 'two');
    expect(target.connections).toBe(1);
    wire.freeze();
    // What is asked of a dead wire is lost with it, long before its own deadline.
    expect(await failure(transport.exec('three', 'three'))).toMatchObject({ code: 'ssh-lost' });
    expect((await transport.exec('four', 'four')).code).toBe(0);
    expect(target.connections).toBe(2);
  });
});
