import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { AgentUser } from '../../../src/sim/switch/agent.ts';
import type { MibValue } from '../../../src/sim/switch/mib.ts';
import { FROM_49 } from '../../../src/sim/switch/numberings.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { describeWith } from '../../support/needs.ts';
import { snmpTool, v2cArguments, v3Arguments } from '../../switches/support/debian.ts';
import { ACCESS, makeSwitch, plugIn, SECRETS } from '../../switches/support/rig.ts';
import { set, walk } from './support/ask.ts';
import { egress, portList, pvid, ROW, status } from './support/vlans.ts';

const ADMIN = '.1.3.6.1.2.1.105.1.1.1.3.1';
const DETECTION = '.1.3.6.1.2.1.105.1.1.1.6.1';
const write = v2cArguments(SECRETS.WRITE_COMMUNITY);
const read = v2cArguments(SECRETS.READ_COMMUNITY);
const v3 = v3Arguments(ACCESS.users[0]!);

/** Long octet strings go on in the next line. */
function rows(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    if (line.startsWith('.')) whole.push(line);
    else whole.push(`${whole.pop()}${line}`);
  }
  return whole;
}

/** A row of `snmpwalk -Ox` as OID and value: octets as hex, everything else as a number or an OID. */
function shown(line: string): string {
  const [, oid = '', type = '', value = ''] = /^(\S+) = (?:([\w-]+): )?(.*)$/.exec(line) ?? [];
  if (type === 'Hex-STRING') return `${oid} ${value.replaceAll(' ', '').toLowerCase()}`;
  return `${oid} ${value === '""' ? '' : value.replace(/^\./, '')}`;
}
const plain = (value: MibValue): string => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));

let device: VirtualSwitch;
async function start(options: Parameters<typeof makeSwitch>[1] = {}): Promise<number> {
  device = makeSwitch(realClock, options);
  return (await device.bind('127.0.0.1', 0)).port;
}
afterEach(() => device.close());

const tools = describeWith({ programs: ['snmpget', 'snmpset', 'snmpwalk', 'snmpbulkwalk'] });

tools("the virtual switch under Debian's SNMP tools", () => {
  it('tells what it is', async () => {
    const port = await start();
    const { lines } = await snmpTool('snmpget', port, read, [
      '.1.3.6.1.2.1.1.1.0',
      '.1.3.6.1.2.1.1.2.0',
      '.1.3.6.1.2.1.1.5.0',
    ]);
    expect(lines).toEqual([
      '.1.3.6.1.2.1.1.1.0 = STRING: "pirack virtual PoE switch"',
      '.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.0.105.1',
      '.1.3.6.1.2.1.1.5.0 = STRING: "psw1"',
    ]);
  });

  it('walks to the same end with GETNEXT and GETBULK, v2c and v3', async () => {
    const port = await start({ ports: 48, uplinks: 4 });
    plugIn(device, [1, 7]);
    const end = 'No more variables left in this MIB View';
    const steady = (lines: readonly string[]) =>
      lines.filter((line) => !line.startsWith('.1.3.6.1.2.1.1.3.0') && !line.includes(end));
    await expect.poll(() => device.pse.consumption()).toBe(8);
    const walked = steady((await snmpTool('snmpwalk', port, read, ['.1.3'])).lines);
    const bridge = 3 + 5 * 52 + 8;
    const vlans = 5 + 5 + 5 + 3 * 52;
    const [entity, save] = [12, 1];
    expect(walked).toHaveLength(6 + 2 + 25 * 52 + bridge + vlans + 13 * 48 + 5 + entity + save);
    for (const auth of [read, v3]) {
      for (const repetitions of ['-Cr1', '-Cr10', '-Cr100']) {
        const bulk = await snmpTool('snmpbulkwalk', port, auth, [repetitions, '.1.3']);
        expect(bulk.errors).toBe('');
        expect(steady(bulk.lines)).toEqual(walked);
      }
    }
  });

  it('switches a port off and on by SET, and several in one PDU', async () => {
    const port = await start();
    const boards = plugIn(device, [1, 2, 3]);
    await expect.poll(() => boards.get(3)!.powered).toBe(true);
    const off = await snmpTool(
      'snmpset',
      port,
      write,
      ['1', '2'].flatMap((at) => [`${ADMIN}.${at}`, 'i', '2']),
    );
    expect(off).toMatchObject({ code: 0, lines: [`${ADMIN}.1 = INTEGER: 2`, `${ADMIN}.2 = INTEGER: 2`] });
    await expect.poll(() => [...boards.values()].map((board) => board.powered)).toEqual([false, false, true]);
    expect((await snmpTool('snmpget', port, read, [`${DETECTION}.1`, `${DETECTION}.3`])).lines).toEqual([
      `${DETECTION}.1 = INTEGER: 1`,
      `${DETECTION}.3 = INTEGER: 3`,
    ]);
    await snmpTool('snmpset', port, v3, [`${ADMIN}.1`, 'i', '1']);
    await expect.poll(() => boards.get(1)!.powered).toBe(true);
  });

  it.each([
    ['a value that is no TruthValue', [`${ADMIN}.1`, 'i', '3'], 'wrongValue'],
    ['a value of another type', [`${ADMIN}.1`, 'u', '1'], 'wrongType'],
    ['a read-only column', [`${DETECTION}.1`, 'i', '1'], 'notWritable'],
    ['a row that does not exist', [`${ADMIN}.99`, 'i', '1'], 'noCreation'],
    ['an object that does not exist', ['.1.3.6.1.2.1.999.1.0', 'i', '1'], 'notWritable'],
    ['a string that is too long', ['.1.3.6.1.2.1.1.5.0', 's', 'x'.repeat(256)], 'wrongLength'],
    ['a threshold of 100 per cent', ['.1.3.6.1.2.1.105.1.3.1.1.5.1', 'i', '100'], 'wrongValue'],
  ])('refuses %s', async (_title, args, status) => {
    const port = await start();
    const ran = await snmpTool('snmpset', port, write, args);
    expect(ran.code).toBe(2);
    expect(ran.errors).toContain(`Reason: ${status}`);
  });

  it('writes all of a PDU or nothing', async () => {
    const port = await start();
    const ran = await snmpTool('snmpset', port, write, [`${ADMIN}.1`, 'i', '2', `${ADMIN}.2`, 'i', '7']);
    expect(ran.errors).toContain('wrongValue');
    expect(device.pse.port(1).admin).toBe(true);
  });

  it.each([
    ['v2c', write],
    ['v3 SHA-256 and AES-128', v3],
  ])('makes a VLAN, writes its port lists octet for octet, and destroys it, %s', async (_title, auth) => {
    const port = await start({ ports: 48, uplinks: 4 });
    const column = (arc: number) => `.1.3.6.1.2.1.17.7.1.4.3.1.${arc}.300`;
    const run = (...args: string[]) => snmpTool('snmpset', port, auth, args);
    const shown = async () => (await snmpTool('snmpget', port, auth, [1, 2, 3, 4, 5].map(column))).lines;
    expect((await run(column(5), 'i', '4', column(1), 's', 'slot 8')).lines).toEqual([
      `${column(5)} = INTEGER: 4`,
      `${column(1)} = STRING: "slot 8"`,
    ]);
    // Every octet has its high bit set or is no text: bridge ports 1, 8, 9, 17 to 24, 41, 48, 49.
    const list = '8180FF00008180';
    expect(await run(column(2), 'x', list)).toMatchObject({ code: 0, errors: '' });
    expect(await run(column(4), 'x', '01000000000000')).toMatchObject({ code: 0, errors: '' });
    expect(await shown()).toEqual([
      `${column(1)} = STRING: "slot 8"`,
      `${column(2)} = Hex-STRING: 81 80 FF 00 00 81 80 `,
      `${column(3)} = Hex-STRING: 00 00 00 00 00 00 00 `,
      `${column(4)} = Hex-STRING: 01 00 00 00 00 00 00 `,
      `${column(5)} = INTEGER: 1`,
    ]);
    const pvid = '.1.3.6.1.2.1.17.7.1.4.5.1.1.8';
    expect((await run(pvid, 'i', '300')).errors).toContain('Reason: wrongType');
    expect((await run(pvid, 'u', '300')).lines).toEqual([`${pvid} = Gauge32: 300`]);
    expect((await run(column(2), 'x', '81')).errors).toContain('Reason: wrongLength');
    expect(device.bridge.config.vlans.get(300)).toMatchObject({
      egress: new Set([1, 8, 9, 17, 18, 19, 20, 21, 22, 23, 24, 41, 48, 49]),
      untagged: new Set([8]),
    });
    expect((await run(column(5), 'i', '6')).code).toBe(0);
    expect((await shown()).filter((line) => !line.includes('No Such Instance'))).toEqual([]);
    expect((await run(column(2), 'x', list)).errors).toContain('Reason: inconsistentName');
  });

  it('sees the rows of the model, and no others, v2c and v3', async () => {
    const lag = { ifName: 'Trk1', ifIndex: 1_000, bridgePort: 1_000, members: [51, 52] };
    const stations = [{ port: 53, mac: parseMac('02:00:00:00:00:01') }];
    const vlans = { timeMark: 1_400, fdbId: (vlan: number) => vlan << 16, maxVlans: 64 };
    const forwarding = { uplinkStations: stations, strays: [parseMac('00:00:5e:00:53:01')] };
    const port = await start({ ports: 48, uplinks: 4, numbering: FROM_49, lags: [lag], vlans, forwarding });
    const list = portList(125, 51, 1_000);
    expect(set(device, status(30, ROW.createAndGo), egress(30, list), pvid(51, 30))).toEqual([0, 0]);
    for (const root of ['1.3.6.1.2.1.17', '1.3.6.1.2.1.47', '1.0.8802']) {
      const model = [...walk(device, root)].map(([index, value]) => `.${root}.${index} ${plain(value)}`);
      expect(model.length).toBeGreaterThan(10);
      for (const auth of [read, v3]) {
        const { lines, errors } = await snmpTool('snmpbulkwalk', port, auth, ['-Ox', '-Cr10', `.${root}`]);
        expect(errors).toBe('');
        expect(rows(lines).map(shown)).toEqual(model);
      }
    }
  });

  it('lets the read community read only, and does not answer another', async () => {
    const port = await start();
    expect((await snmpTool('snmpset', port, read, [`${ADMIN}.1`, 'i', '2'])).errors).toContain('noAccess');
    expect((await snmpTool('snmpget', port, v2cArguments('public'), [`${ADMIN}.1`])).errors).toContain('Timeout');
    expect((await snmpTool('snmpget', port, ['-v1', '-c', SECRETS.READ_COMMUNITY], [`${ADMIN}.1`])).errors).toContain(
      'Timeout',
    );
  });

  it('says noSuchInstance and noSuchObject', async () => {
    const port = await start();
    const { lines } = await snmpTool('snmpget', port, read, [`${ADMIN}.99`, '.1.3.6.1.2.1.999.0']);
    expect(lines[0]).toContain('No Such Instance');
    expect(lines[1]).toContain('No Such Object');
  });

  it('answers v3 with a report where the user or a key is wrong', async () => {
    const port = await start();
    const good = ACCESS.users[0]!;
    const get = async (user: AgentUser) => (await snmpTool('snmpget', port, v3Arguments(user), [`${ADMIN}.1`])).errors;
    expect(await get({ ...good, name: 'nobody' })).toContain('Unknown user name');
    expect(await get({ ...good, auth: { protocol: 'sha256', key: 'not this one' } })).toContain(
      'Authentication failure',
    );
    expect(await get({ ...good, priv: { protocol: 'aes128', key: 'not this one' } })).toMatch(/[Dd]ecryption error/);
    expect(await get(good)).toBe('');
  });

  it('sets a v3 manager right that knows it from before a restart', async () => {
    const port = await start();
    device.reboot();
    await expect.poll(() => device.up).toBe(true);
    const reports = device.counts.reports;
    const ran = await snmpTool('snmpget', port, [...v3, '-r', '2', '-Z', '1,20'], [`${ADMIN}.1`]);
    expect(ran).toMatchObject({ code: 0, errors: '', lines: [`${ADMIN}.1 = INTEGER: 1`] });
    // One for the discovery, one for the time window.
    expect(device.counts.reports).toBe(reports + 2);
  });

  it('does not answer a v3 manager that knows it from the future', async () => {
    const port = await start();
    const ran = await snmpTool('snmpget', port, [...v3, '-r', '1', '-Z', '7,1'], [`${ADMIN}.1`]);
    expect(ran.errors).toContain('Timeout');
    expect(device.counts.answered).toBe(0);
  });
});

describe('all SNMPv3 protocols', () => {
  const auths = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
  const privs = ['aes128', 'aes256b', 'aes256r'] as const;
  const users = auths.flatMap((auth) =>
    privs.map((priv): AgentUser => {
      const name = `${auth}-${priv}`;
      return {
        name,
        auth: { protocol: auth, key: `${name} auth` },
        priv: { protocol: priv, key: `${name} priv` },
        write: true,
      };
    }),
  );
  tools('by name', () => {
    it.each(users.map((user) => [user.name, user] as const))('%s', async (_name, user) => {
      const port = await start({ access: { communities: [], users } });
      const ran = await snmpTool('snmpset', port, v3Arguments(user), [`${ADMIN}.1`, 'i', '2']);
      expect(ran).toMatchObject({ code: 0, errors: '', lines: [`${ADMIN}.1 = INTEGER: 2`] });
    });
  });
});
