/** OpenSSH's own server, with the line that pirack writes into authorized_keys. */
import { once } from 'node:events';
import ssh2, { type ParsedKey } from 'ssh2';
import { afterEach, expect, it } from 'vitest';
import { askBoard } from '../../../src/jobs/reboot/ask-board.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { seconds } from '../../../src/rack/units.ts';
import { controllerLines } from '../../../src/roots/personalise/authorized-keys.ts';
import { makeHostKey } from '../../../src/roots/personalise/host-keys.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { describeWith } from '../../support/needs.ts';
import { type BoardScript, SSHD, Sshd } from './support/sshd.ts';

const controller = makeHostKey();
const key = ssh2.utils.parseKey(controller.openssh) as ParsedKey;
/** As in a root, but what it may run is not this machine's /sbin/reboot. */
const asInRoots = (reboot: string) =>
  controllerLines(controller.publicKey).map((line) => line.replace('command="/sbin/reboot"', `command="${reboot}"`));
/** A board's own are for a board; machines that test are busy. */
const limits = { connect: seconds(60), command: seconds(60) };

let board: Sshd;
afterEach(() => board.stop());

async function ask(script: Partial<BoardScript> = {}, hostKey?: string) {
  board = await Sshd.start({ keys: asInRoots, ...script });
  const wanted = hostKey ?? board.hostKey.fingerprint;
  return askBoard({ address: '127.0.0.1' as Ipv4, port: board.port, hostKey: wanted, key, clock: realClock, limits });
}

describeWith({ root: true, programs: ['unshare'], files: [SSHD] })('a board with OpenSSH', () => {
  it.each([
    ['as Debian has it', []],
    ['where root may only run what a key names', ['PermitRootLogin=forced-commands-only']],
    [
      'where all that may be forbidden is',
      ['DisableForwarding=yes', 'PermitTTY=no', 'MaxSessions=1', 'MaxAuthTries=1'],
    ],
  ])('runs its reboot command once, %s', async (_what, options) => {
    const asked = await ask({ options });
    expect(asked, board.log).toMatchObject({ taken: true });
    expect(board.asked).toEqual(['reboot']);
    await board.kill();
    if (asked.taken) await asked.dropped;
  });

  it('may go down in the middle of the command', async () => {
    const asking = ask({ command: 'sleep 300' });
    await expect.poll(() => board?.asked).toEqual(['reboot']);
    await board.kill();
    const asked = await asking;
    expect(asked).toMatchObject({ taken: true });
    if (asked.taken) await asked.dropped;
  });

  it('says what its command said when that failed', async () => {
    expect(await ask({ command: 'echo "Failed to connect to bus" >&2; exit 1' })).toEqual({
      taken: false,
      code: 'command_failed',
      why: 'its reboot command ended with 1: Failed to connect to bus',
    });
  });

  it.each([
    ['took the key out', { keys: () => [] }],
    ['lets root log in by nothing', { options: ['PermitRootLogin=no'] }],
    [
      'takes the key from elsewhere only',
      {
        keys: (reboot: string) =>
          asInRoots(reboot).map((line) => line.replace('restrict,', 'restrict,from="192.0.2.1",')),
      },
    ],
  ])('whose tenant %s is told so', async (_what, script) => {
    expect(await ask(script)).toMatchObject({ taken: false, code: 'key_refused' });
    expect(board.asked).toEqual([]);
  });

  it('with another host key gets no login at all', async () => {
    expect(await ask({}, 'SHA256:another')).toMatchObject({
      taken: false,
      code: 'host_key',
      why: expect.stringContaining(board.hostKey.fingerprint),
    });
    expect(board.log).not.toContain('publickey');
  });

  it('gives the key nothing but the reboot command', async () => {
    board = await Sshd.start({ keys: asInRoots });
    const client = new ssh2.Client();
    client.connect({ host: '127.0.0.1', port: board.port, username: 'root', privateKey: controller.openssh });
    await once(client, 'ready');
    type Done = (error?: Error | null) => void;
    const refused = (act: (done: Done) => void) =>
      new Promise<string | undefined>((done) => act((error) => done(error?.message)));
    expect(await refused((done) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', board.port, done))).toContain(
      'open failed',
    );
    expect(await refused((done) => client.forwardIn('127.0.0.1', 0, done))).toContain('Unable to bind');
    expect(await refused((done) => client.shell({ term: 'vt100' }, done))).toContain('pseudo-terminal');
    const ran = new Promise<void>((done) =>
      client.exec('cat /etc/shadow', (_error, channel) => void channel.resume().once('close', done)),
    );
    await ran;
    expect(board.asked).toEqual(['cat /etc/shadow']);
    client.end();
  });
});
