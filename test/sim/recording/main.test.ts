import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { snmpTool, v2cArguments, v3Arguments } from '../../switches/support/debian.ts';

const MAIN = fileURLToPath(new URL('../../../src/sim/recording/main.ts', import.meta.url));
const ADMIN = '.1.3.6.1.2.1.105.1.1.1.3.1.49';
const KEYS = { PIRACK_SNMP_AUTH_KEY: 'an authentication key', PIRACK_SNMP_PRIV_KEY: 'a privacy key' };

let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pirack-recording-'));
  await writeFile(join(folder, 'linksys-lgs318p.snmprec'), `1.3.6.1.2.1.1.1.0|4|a switch\n${ADMIN.slice(1)}|2|1\n`);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' });
  children.push(child);
  return child;
}

/** Port that it answers on, from what it says. */
async function serving(args: readonly string[], env?: Record<string, string>): Promise<[ChildProcess, number, string]> {
  const child = start([join(folder, 'linksys-lgs318p.snmprec'), '--port', '0', ...args], env);
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return [child, Number(/port (\d+)/.exec(line)?.[1]), line];
}

async function ended(child: ChildProcess): Promise<{ code: number; output: string }> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describeWith({ programs: ['snmpget', 'snmpset'] })('the command that serves a recording', () => {
  it("is there for Debian's tools until it is told to stop", async () => {
    const [child, port, line] = await serving([], KEYS);
    // The detection status of the one port.
    expect(line).toContain('2 recorded rows, 1 more made up; answering on 127.0.0.1 port');
    const user = { name: 'pirack', auth: { protocol: 'sha256', key: KEYS.PIRACK_SNMP_AUTH_KEY } } as const;
    const v3 = v3Arguments({ ...user, priv: { protocol: 'aes128', key: KEYS.PIRACK_SNMP_PRIV_KEY } });
    expect((await snmpTool('snmpget', port, v2cArguments('public'), [ADMIN])).lines).toEqual([`${ADMIN} = INTEGER: 1`]);
    expect((await snmpTool('snmpset', port, v2cArguments('public'), [ADMIN, 'i', '2'])).errors).toContain('noAccess');
    expect((await snmpTool('snmpset', port, v2cArguments('private'), [ADMIN, 'i', '2'])).code).toBe(0);
    expect((await snmpTool('snmpget', port, v3, [ADMIN])).lines).toEqual([`${ADMIN} = INTEGER: 2`]);
    const end = ended(child);
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
  });

  it('--as-recorded makes nothing up and takes no SET', async () => {
    const [, port, line] = await serving(['--as-recorded']);
    expect(line).toContain('2 recorded rows; answering');
    const ran = await snmpTool('snmpset', port, v2cArguments('private'), [ADMIN, 'i', '2']);
    expect(ran.errors).toContain('notWritable');
  });
});

describe('the command line that serves a recording', () => {
  it.each<[string[], Record<string, string>, number, string]>([
    [['--help'], {}, 0, 'usage: node src/sim/recording/main.ts FILE'],
    [[], {}, 2, 'expected one FILE, got 0'],
    [['a', 'b'], {}, 2, 'expected one FILE, got 2'],
    [['a', '--port', '70000'], {}, 2, '--port: expected a number from 0 to 65535, got "70000"'],
    [['a', '--wrong'], {}, 2, '--wrong'],
    [['/nowhere/a'], {}, 1, '/nowhere/a: expected a file that can be read'],
  ])('%j', async (args, env, code, message) => {
    const found = await ended(start(args, env));
    expect(found.output).toContain(message);
    expect(found.code).toBe(code);
  });

  it('wants both keys, long enough', async () => {
    const found = await ended(
      start([join(folder, 'linksys-lgs318p.snmprec')], { ...KEYS, PIRACK_SNMP_AUTH_KEY: 'short' }),
    );
    expect(found).toMatchObject({ code: 2, output: expect.stringContaining('with at least 8 characters') });
    expect(found.output).not.toContain('privacy');
  });
});
