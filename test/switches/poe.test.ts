import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../src/net/real-clock.ts';
import { millis, seconds } from '../../src/rack/units.ts';
import { accessFor } from '../../src/sim/switch/access.ts';
import { describeWith } from '../support/needs.ts';
import { cycleByHand } from './support/by-hand.ts';
import { snmpTool, v2cArguments, v3Arguments } from './support/debian.ts';
import type { Rig } from './support/rig.ts';
import { ACCESS, names, plugIn, SECRETS, SHORT, secrets, udpRig, V2C, V3 } from './support/rig.ts';

/** Eight test files may share a core. */
const PATIENT = { timeout: 10_000 };

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

describe.each([
  ['SNMPv2c', V2C],
  ['SNMPv3 SHA-256 AES-128', V3],
])('a PoE switch over UDP, %s', (_title, snmp) => {
  it('reads every port with its state', async () => {
    rig = await udpRig({ ports: 36 }, { snmp });
    plugIn(rig.device, [1, 2, 36]);
    await expect
      .poll(async () => (await rig!.poe.read()).filter((port) => port.detection === 'deliveringPower').length, PATIENT)
      .toBe(3);
    const ports = await rig.poe.read();
    expect(ports.map((port) => port.port)).toEqual(names(1, 36));
    expect(ports[35]).toEqual({
      port: '36',
      row: '1.36',
      admin: true,
      detection: 'deliveringPower',
      powerClass: 'class3',
      denied: 0,
      mpsAbsent: 0,
      invalidSignature: 0,
      overload: 0,
      short: 0,
      link: 'up',
      watts: 4,
    });
    expect(ports[4]).toMatchObject({ detection: 'searching', powerClass: undefined, link: 'down' });
    expect(await rig.poe.poll()).toMatchObject({
      main: { consumption: 12, capacity: 370 },
      doubt: undefined,
      driver: { name: 'rfc3621' },
    });
    expect(await rig.poe.identity()).toMatchObject({ sysDescr: 'pirack virtual PoE switch', sysName: 'psw1' });
  });

  it('switches a port with a board off and on, and another that has none', async () => {
    rig = await udpRig({}, { snmp });
    const boards = plugIn(rig.device, [1, 2]);
    await expect.poll(() => boards.get(2)!.powered, PATIENT).toBe(true);
    await cycleByHand(rig.poe, realClock, ['1'], millis(30));
    expect(await rig.poe.set(['3'], false)).toMatchObject([{ ok: true, before: { detection: 'searching' } }]);
    expect(boards.get(1)).toMatchObject({ timesOn: 2, timesOff: 1, powered: true });
    expect(boards.get(2)).toMatchObject({ timesOn: 1, timesOff: 0 });
  });
});

const DEBIAN = { programs: ['snmpget', 'snmpset', 'snmpbulkwalk'] };
const ADMIN = '.1.3.6.1.2.1.105.1.1.1.3.1';
const DETECTION = '.1.3.6.1.2.1.105.1.1.1.6.1';

describeWith(DEBIAN)("a PoE switch beside Debian's tools", () => {
  it.each([
    ['SNMPv2c', V2C, v2cArguments(SECRETS.WRITE_COMMUNITY)],
    ['SNMPv3', V3, v3Arguments(ACCESS.users[0]!)],
  ])('sees what they write, and they see what it writes, %s', async (_title, snmp, auth) => {
    rig = await udpRig({}, { snmp });
    const { poe, port } = rig;
    const boards = plugIn(rig.device, [1, 2]);
    await expect.poll(() => boards.get(2)!.powered, PATIENT).toBe(true);

    expect((await snmpTool('snmpset', port, auth, [`${ADMIN}.1`, 'i', '2'])).code).toBe(0);
    await expect
      .poll(async () => (await poe.read())[0])
      .toMatchObject({ admin: false, detection: 'disabled', link: 'down' });
    expect(await poe.set(['1'], true)).toMatchObject([{ ok: true, outcome: 'changed' }]);
    expect((await snmpTool('snmpget', port, auth, [`${ADMIN}.1`])).lines).toEqual([`${ADMIN}.1 = INTEGER: 1`]);

    // Both readings below have to see the same: nothing may be on its way when they begin.
    expect(await poe.waitFor('1', 'delivering', { timeout: seconds(5) })).toMatchObject({ ok: true });
    expect(await poe.set(['2', '3'], false)).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await poe.waitFor('2', 'off', { timeout: seconds(5) })).toMatchObject({ ok: true });
    const walked = await snmpTool('snmpbulkwalk', port, auth, [DETECTION]);
    const theirs = walked.lines.map((line) => Number(line.split(': ')[1]));
    const names = ['', 'disabled', 'searching', 'deliveringPower'];
    expect((await poe.read()).map(({ detection }) => names.indexOf(detection))).toEqual(theirs);
    expect(theirs.slice(1, 3)).toEqual([1, 1]);
  });
});

describe('access', () => {
  it.each([
    ['SNMPv2c', V2C],
    ['SNMPv3', V3],
  ])('of a virtual switch is made from the plan that manages it, %s', async (_title, snmp) => {
    rig = await udpRig({ access: await accessFor(snmp, secrets) }, { snmp });
    expect(await rig.poe.set(['1'], false)).toMatchObject([{ ok: true }]);
  });

  it('is told from silence: a community that may only read', async () => {
    rig = await udpRig({}, { snmp: { version: '2c', community: { env: 'READ_COMMUNITY' } }, limits: SHORT });
    const [result] = await rig.poe.set(['1'], false);
    expect(result).toMatchObject({
      ok: false,
      error: { name: 'SnmpErrorStatus', status: 'noAccess' },
      after: { admin: true },
    });
  });

  it('heals without a restart when the secret is put right', async () => {
    let secret = SECRETS.WRONG;
    rig = await udpRig({}, { limits: SHORT, secrets: () => Promise.resolve(secret) });
    await expect(rig.poe.read()).rejects.toMatchObject({ name: 'SnmpTimeout', silence: 'never-answered' });
    secret = SECRETS.WRITE_COMMUNITY;
    expect(await rig.poe.read()).toHaveLength(8);
  });

  it('heals without a restart when a v3 key is put right', async () => {
    const keys = { ...SECRETS, PRIV_KEY: SECRETS.WRONG };
    const reader = async (ref: { file: string } | { env: string }) =>
      'env' in ref ? keys[ref.env as keyof typeof keys] : '';
    rig = await udpRig({}, { snmp: V3, limits: SHORT, secrets: reader });
    await expect(rig.poe.read()).rejects.toMatchObject({ name: 'SnmpSecurity' });
    keys.PRIV_KEY = SECRETS.PRIV_KEY;
    expect(await rig.poe.read()).toHaveLength(8);
  });

  it('is not tried before its secret can be read', async () => {
    rig = await udpRig({}, { snmp: { version: '2c', community: { file: '/nowhere' } } });
    await expect(rig.poe.read()).rejects.toMatchObject({ name: 'SecretUnreadable' });
    expect(rig.device.counts.received).toBe(0);
  });
});

describe('a lossy, lying switch over UDP', () => {
  it('is cycled all the same', async () => {
    rig = await udpRig({}, { limits: { ...SHORT, read: { timeout: millis(60), retries: 10 } } });
    const boards = plugIn(rig.device, [1, 2]);
    await expect.poll(() => boards.get(2)!.powered, PATIENT).toBe(true);
    rig.device.faults.loseAnswer = 0.3;
    rig.device.faults.loseSetAnswer = 1;
    await cycleByHand(rig.poe, realClock, ['1', '2'], millis(20));
    expect([...boards.values()].map((board) => board.timesOff)).toEqual([1, 1]);
  });
});
