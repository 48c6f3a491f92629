import { describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SaysOfItself } from '../../../src/switches/drivers/identify.ts';
import { identify } from '../../../src/switches/drivers/identify.ts';
import { readChassis } from '../../../src/switches/snmp/chassis.ts';
import { readIdentity } from '../../../src/switches/snmp/system.ts';
import { WALK_LIMITS } from '../../../src/switches/tables.ts';
import { describeRecordings, recordedSwitch, recordingNames, recordingSession } from '../support/recording-session.ts';

const says = (sysObjectID: string, sysDescr = '', models: string[] = []): SaysOfItself => ({
  sysObjectID,
  sysDescr,
  models,
});
const name = (of: SaysOfItself, named?: string) => identify(of, named).driver.name;

describe('identification', () => {
  it.each([
    ['1.3.6.1.4.1.4526.100.1.10', 'GSM7252PS ProSafe 48-port', 'netgear-managed'],
    ['1.3.6.1.4.1.4526.100.1.32', 'M4300-28G-PoE+ ProSAFE, 12.0.7.17, 1.0.0.11', 'netgear-m4300'],
    ['1.3.6.1.4.1.4526.100.10.19', 'S3300-52X-PoE+ ProSafe, 6.6.4.14', 'netgear-smart'],
    ['1.3.6.1.4.1.4526.100.4.36', 'GS728TPP 24-Port Gigabit Smart Switch', 'netgear-gs728tpp'],
    ['1.3.6.1.4.1.674.10895.3056', 'Dell Networking N2048P, 6.2.6.6, Linux 3.6.5-320b2282', 'dell-n'],
    ['1.3.6.1.4.1.674.10895.3013', 'PowerConnect 6248P, 3.3.1.10, VxWorks 6.5', 'dell-n'],
    ['1.3.6.1.4.1.674.10895.3020', 'Ethernet Switch', 'dell-powerconnect'],
    ['1.3.6.1.4.1.4413', 'USW-24-PoE, 6.2.14.13855, Linux 3.6.5', 'unifi'],
    ['1.3.6.1.4.1.4413', 'EdgeSwitch 24-Port 250W, 1.8.0', 'edgeswitch'],
    ['1.3.6.1.4.1.9.1.2694', 'Cisco IOS Software', 'cisco-ios'],
    ['1.3.6.1.4.1.9.6.1.83.10.2', 'SG300-10MPP', 'cisco-business'],
    ['1.3.6.1.4.1.171.10.137.9.1', 'DGS-3130-30PS Gigabit Ethernet Switch', 'd-link'],
    ['1.3.6.1.4.1.171.10.133.11.2', 'DGS-3000-28XMP Gigabit Ethernet Switch', 'd-link-old'],
    ['1.3.6.1.4.1.890.1.15', 'GS1900-24HP', 'zyxel-gs1900'],
    ['1.3.6.1.4.1.890.1.15', 'XGS1930-28HP', 'zyxel'],
    ['1.3.6.1.4.1.259.10.1.43.105', 'ECS2100-28P', 'edgecore-ecs2100'],
    ['1.3.6.1.4.1.259.10.1.99', 'ECS9999', 'edgecore'],
  ])('of %s, %s', (sysObjectID, sysDescr, expected) => {
    expect(name(says(sysObjectID, sysDescr))).toBe(expected);
  });

  it('takes the name of the chassis where the description is no help', () => {
    expect(name(says('1.3.6.1.4.1.4413', 'rack 3, left', ['EdgeSwitch ES-24-250W']))).toBe('edgeswitch');
  });

  it('does not take half an arc for a whole one', () => {
    expect(name(says('1.3.6.1.4.1.9.10.1'))).toBe('unknown');
    expect(name(says('1.3.6.1.4.1.255061'))).toBe('unknown');
  });

  it.each([
    says(''),
    says('1.3.6.1.4.1.8072.3.2.10', 'Linux\u0007\nhost 6.1'),
    says('1.3.6.1.4.1.171.10.76.44.1', 'DGS-1210-28P'),
    says('1.3.6.1.4.1.4413', 'something of Broadcom'),
  ])('leaves an unknown switch read only, with the reason and the way out: %j', (unknown) => {
    const { driver, why } = identify(unknown);
    expect(driver.name).toBe('unknown');
    expect(driver.writes).toEqual({ readOnly: why });
    expect(driver.power?.admin.column).toBe('1.3.6.1.2.1.105.1.1.1.3');
    expect(why).toMatch(/^no driver knows this switch \(sysObjectID [ -~]+\); `driver: generic` has it written/);
  });

  it('believes the rack file, and says what it would have found', () => {
    const icx = says('1.3.6.1.4.1.1991.1.3.57.1.1.1.1', 'Brocade');
    expect(identify(icx, 'generic')).toMatchObject({
      driver: { name: 'generic', writes: 'snmp' },
      why: 'the rack file says so; by itself it would be icx',
    });
    expect(identify(icx, 'icx').why).toBe('the rack file says so');
    expect(identify(says(''), 'huawei').driver.name).toBe('huawei');
  });

  it('reads only when the rack file names a driver that there is not', () => {
    const { driver, why } = identify(says('1.3.6.1.4.1.1991.1.3.1'), 'netgeer');
    expect(driver.writes).toEqual({ readOnly: why });
    expect(why).toContain('asks for the driver "netgeer", which there is not: there are generic, netgear-managed,');
  });
});

/** By hand from the system group of each. */
const EXPECTED: Readonly<Record<string, string>> = {
  'alcatel-os6350-p24': 'alcatel',
  'aruba-cx-8325': 'aruba-cx',
  'brocade-icx6430-24': 'icx',
  'cambium-tx1012-p': 'cambium',
  'cisco-c3750-48ps-stack3': 'cisco-ios',
  'cisco-c9200l-stack3': 'cisco-ios',
  'cisco-c9400-svl': 'cisco-ios',
  'cisco-cbs250-24p-4x': 'cisco-business',
  'cisco-cbs350-24p-4x-stack2': 'cisco-business',
  'dell-powerconnect-2824': 'dell-powerconnect',
  'dell-sonic-e3248p': 'dell-sonic',
  'dlink-dgs-3000-28xmp': 'd-link-old',
  'edgecore-ecs2100-28p': 'edgecore-ecs2100',
  'eltex-mes2324p': 'eltex',
  'extreme-ers4950-pwr': 'ers',
  'fs-s5810-48ts-p': 'fs',
  'grandstream-gwn7822p': 'grandstream',
  'hp-2910al-24g-poe': 'hp-procurve',
  'hp-6120xg': 'hp-procurve',
  'hp-comware-a5500': 'comware',
  'huawei-s5720-56c-pwr': 'huawei',
  'ifotec-inetpoe-4gp2gf': 'ifotec',
  'juniper-ex4600mp': 'juniper',
  'linksys-lgs318p': 'linksys',
  'microsemi-midspan': 'midspan',
  'microsens-g6': 'microsens',
  'mikrotik-css106-4p': 'mikrotik-swos',
  'mikrotik-rb5009upr': 'mikrotik-routeros',
  // Put together from walks without a system group: there is nothing to know them by.
  'netgear-gsm7252ps-s2.assembled': 'unknown',
  'netgear-m4300-24x.assembled': 'unknown',
  'netonix-ws-12-250': 'netonix',
  'tplink-sg2218p': 'tp-link',
  'ubnt-es-24-250w': 'edgeswitch',
  'ubnt-us-8': 'unifi',
  'zyxel-xs1930-12hp': 'zyxel',
};

describeRecordings('identification of recorded switches', () => {
  it('knows what to expect of each', () => {
    expect(recordingNames()).toEqual(Object.keys(EXPECTED));
  });

  it.each(Object.entries(EXPECTED))('%s is %s', async (recording, expected) => {
    const access = {
      session: recordingSession(await recordedSwitch(recording)),
      clock: realClock,
      limits: WALK_LIMITS,
    };
    const identity = await readIdentity(access);
    const { units } = await readChassis(access);
    expect(name({ ...identity, models: units.map((unit) => unit.model) })).toBe(expected);
  });

  // Addresses and serial numbers belong to the owners of the switches: that there are some is enough.
  it.each([
    ['cisco-c3750-48ps-stack3', true, ['WS-C3750-48PS-S']],
    ['cisco-cbs350-24p-4x-stack2', false, ['CBS350-24P-4X', 'CBS350-24P-4X']],
    ['edgecore-ecs2100-28p', true, []],
    ['hp-2910al-24g-poe', false, ['J9146A']],
    ['microsemi-midspan', false, []],
  ])('reads the boxes of %s', async (recording, hasAddress, models) => {
    const session = recordingSession(await recordedSwitch(recording));
    const { bridgeAddress, units } = await readChassis({ session, clock: realClock, limits: WALK_LIMITS });
    expect(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(bridgeAddress ?? '')).toBe(hasAddress);
    expect(units.map(({ model }) => model)).toEqual(models);
    expect(new Set(units.map(({ serial }) => serial)).size).toBe(models.length);
    for (const { serial } of units) expect(serial).toMatch(/^[A-Z0-9]{10,12}$/);
  });
});
