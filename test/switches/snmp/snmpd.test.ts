import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SnmpAuth, SnmpPlan, SnmpPriv } from '../../../src/rack/plan.ts';
import { millis, vlanId } from '../../../src/rack/units.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import type { SnmpContext, SnmpSession } from '../../../src/switches/snmp/session.ts';
import { openSnmpSession, vlanContext } from '../../../src/switches/snmp/session.ts';
import { walkColumns } from '../../../src/switches/snmp/walk.ts';
import { describeWith, findProgram } from '../../support/needs.ts';
import { snmpTool, v2cArguments, v3Arguments } from '../support/debian.ts';
import { log, makeSwitch, planFor, SECRETS } from '../support/rig.ts';

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
/** Octets that the agent keeps and never looks at (RFC 3414 §5). */
const USM_USER_PUBLIC = '1.3.6.1.6.3.15.1.2.2.1.11';
const PETH = '.1.3.6.1.2.1.105';

describeWith({ programs: ['snmpd', 'snmpbulkwalk'] })('a session with an agent of other make: snmpd', () => {
  let port: number;
  let folder: string;
  let stop: () => Promise<void>;
  let other: VirtualSwitch;
  const sessions: SnmpSession[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pirack-snmpd-'));
    port = await freePort();
    // What it has in the context of a VLAN is another agent's, so that the two cannot be taken for each other.
    other = makeSwitch(realClock);
    const context = await other.bind('127.0.0.1', 0);
    const lines = [
      'view everything included .1',
      `proxy -Cn vlan-10 -v 2c -c ${SECRETS.WRITE_COMMUNITY} 127.0.0.1:${context.port} ${PETH}`,
      'com2sec -Cn vlan-10 in-vlan-10 127.0.0.1 rack-write@10',
      'group in-vlan-10 v2c in-vlan-10',
      'access in-vlan-10 vlan-10 v2c noauth exact everything everything none',
      `rwuser ${users[0]!.name} priv -V everything vlan-10`,
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
    await other?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(snmp: SnmpPlan, context?: SnmpContext): Promise<SnmpSession> {
    const secrets = async (ref: { file: string } | { env: string }) => ('env' in ref ? ref.env : '');
    const session = await openSnmpSession(planFor(port, snmp), { clock: realClock, log, secrets }, context);
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

  it('writes octet strings byte for byte', async () => {
    const session = await open({ version: '2c', community: { env: 'rack-write' } });
    const limits = { varbinds: 30, rows: 1_000, deadline: millis(20_000) };
    const [index] = (await walkColumns(session, [USM_USER_PUBLIC], limits, realClock)).get(USM_USER_PUBLIC)!.keys();
    const oid = `${USM_USER_PUBLIC}.${index}`;
    // As a port list may have them: no UTF-8, zeros, and every octet that there is.
    const all = Array.from({ length: 8 }, (_, part) =>
      Buffer.from(Array.from({ length: 32 }, (_, at) => 32 * part + at)),
    );
    for (const value of [Buffer.from('8000ffc3280a0d00', 'hex'), Buffer.alloc(0), ...all]) {
      await session.set([{ oid, type: 'OctetString', value }]);
      expect(await session.get([oid])).toEqual([{ oid, type: 'OctetString', value }]);
      const { lines } = await snmpTool('snmpget', port, ['-Ox', ...v2cArguments('rack-read')], [`.${oid}`]);
      const text = lines.join('').split('Hex-STRING: ')[1] ?? '';
      expect(text.replaceAll(' ', '').toLowerCase()).toBe(value.toString('hex'));
    }
  });

  it.each([
    ['SNMPv2c', { version: '2c', community: { env: 'rack-write' } }],
    ['SNMPv3', v3Plan(users[0]!)],
  ] as [string, SnmpPlan][])('sees another table in another context, %s', async (_title, snmp) => {
    const admin = `${PETH}.1.1.1.3.1.2`.slice(1);
    const plain = await open(snmp);
    expect(await plain.get([admin])).toMatchObject([{ type: 'noSuchObject' }]);
    const inside = await open(snmp, vlanContext(vlanId(10)));
    expect(await inside.get([admin])).toEqual([{ oid: admin, type: 'Integer32', value: 1 }]);
    await inside.set([{ oid: admin, type: 'Integer32', value: 2 }]);
    expect(other.pse.port(2).admin).toBe(false);
    await inside.set([{ oid: admin, type: 'Integer32', value: 1 }]);
    const elsewhere = await open(snmp, vlanContext(vlanId(11)));
    await expect(elsewhere.get([admin])).rejects.toMatchObject({ code: expect.stringMatching(/^snmp-/) });
  });

  it.each(users.map((user) => [user.name, user] as const))('speaks SNMPv3 %s', async (_name, user) => {
    const session = await open(v3Plan(user));
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

function v3Plan(user: (typeof users)[number]): SnmpPlan {
  return {
    version: '3',
    user: user.name,
    auth: { protocol: user.auth, key: { env: user.key } },
    priv: { protocol: user.priv, key: { env: user.key } },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
