import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SnmpAuth, SnmpPlan, SnmpPriv } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import { openSnmpSession } from '../../../src/switches/snmp/session.ts';
import { walkColumns } from '../../../src/switches/snmp/walk.ts';
import { describeWith, findProgram } from '../../support/needs.ts';
import { snmpTool, v2cArguments, v3Arguments } from '../support/debian.ts';
import { log, planFor } from '../support/rig.ts';

const AUTHS: [SnmpAuth, string][] = [
  ['sha1', 'SHA'],
  ['sha224', 'SHA-224'],
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
];
const PRIVS: [SnmpPriv, string][] = [
  ['aes128', 'AES'],
  ['aes256b', 'AES-256'],
  ['aes256r', 'AES-256-C'],
];
const users = AUTHS.flatMap(([auth, authName]) =>
  PRIVS.map(([priv, privName]) => ({
    auth,
    authName,
    priv,
    privName,
    name: `${auth}${priv}`,
    key: `${auth} ${priv} key`,
  })),
);

/** snmpEnableAuthenTraps, an integer that snmpd lets be written. */
const WRITABLE = '1.3.6.1.2.1.11.30.0';

describeWith({ programs: ['snmpd', 'snmpbulkwalk'] })('a session with an agent of other make: snmpd', () => {
  let port: number;
  let folder: string;
  let stop: () => Promise<void>;
  const sessions: SnmpSession[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pirack-snmpd-'));
    port = await freePort();
    const lines = [
      'rwcommunity rack-write 127.0.0.1',
      'rocommunity rack-read 127.0.0.1',
      ...users.flatMap(({ name, authName, privName, key }) => [
        `createUser ${name} ${authName} "${key}" ${privName} "${key}"`,
        `rwuser ${name} priv`,
      ]),
    ];
    await writeFile(join(folder, 'snmpd.conf'), lines.join('\n'));
    const env = { PATH: process.env.PATH, MIBS: '', SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder };
    const args = ['-f', '-Lf', '/dev/null', '-C', '-c', join(folder, 'snmpd.conf'), `udp:127.0.0.1:${port}`];
    const child = spawn(findProgram('snmpd')!, args, { env, stdio: 'ignore' });
    stop = async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    };
    const ready = async () => (await snmpTool('snmpget', port, v2cArguments('rack-read'), ['.1.3.6.1.2.1.1.3.0'])).code;
    await vi.waitFor(async () => expect(await ready()).toBe(0), { timeout: 20_000, interval: 200 });
  });

  afterAll(async () => {
    for (const session of sessions) session.close();
    await stop?.();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(snmp: SnmpPlan): Promise<SnmpSession> {
    const secrets = async (ref: { file: string } | { env: string }) => ('env' in ref ? ref.env : '');
    const session = await openSnmpSession(planFor(port, snmp), { clock: realClock, log, secrets });
    sessions.push(session);
    return session;
  }

  it('walks what snmpbulkwalk walks', async () => {
    const column = '1.3.6.1.2.1.2.2.1.2';
    const session = await open({ version: '2c', community: { env: 'rack-write' } });
    const limits = { varbinds: 30, rows: 10_000, deadline: millis(20_000) };
    const objects = '1.3.6.1.2.1.1.9.1.3';
    const walked = await walkColumns(session, [column, objects], limits, realClock);
    for (const root of [column, objects]) {
      const { lines } = await snmpTool('snmpbulkwalk', port, v2cArguments('rack-read'), [`.${root}`]);
      expect([...walked.get(root)!.keys()]).toEqual(lines.map((line) => line.slice(root.length + 2).split(' ')[0]));
      expect(lines.length).toBeGreaterThan(0);
    }
  });

  it('is told that a read community may not write', async () => {
    const session = await open({ version: '2c', community: { env: 'rack-read' } });
    const writing = session.set([{ oid: WRITABLE, type: 'Integer32', value: 2 }]);
    await expect(writing).rejects.toMatchObject({ name: 'SnmpErrorStatus', status: 'noAccess' });
  });

  it.each(users.map((user) => [user.name, user] as const))('speaks SNMPv3 %s', async (_name, user) => {
    const session = await open({
      version: '3',
      user: user.name,
      auth: { protocol: user.auth, key: { env: user.key } },
      priv: { protocol: user.priv, key: { env: user.key } },
    });
    for (const value of [1, 2]) {
      await session.set([{ oid: WRITABLE, type: 'Integer32', value }]);
      expect(await session.get([WRITABLE])).toEqual([{ oid: WRITABLE, type: 'Integer32', value }]);
    }
    const auth = v3Arguments({
      name: user.name,
      auth: { protocol: user.auth, key: user.key },
      priv: { protocol: user.priv, key: user.key },
    });
    expect((await snmpTool('snmpget', port, auth, [`.${WRITABLE}`])).lines).toEqual([`.${WRITABLE} = INTEGER: 2`]);
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
