import { expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { driverByName } from '../../../src/switches/drivers/index.ts';
import { resolvePorts } from '../../../src/switches/port-map.ts';
import { readPortTables } from '../../../src/switches/ports/tables.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import { WALK_LIMITS } from '../../../src/switches/tables.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../support/recording-session.ts';

const read = async (session: SnmpSession, driver: string) =>
  readPortTables({ session, clock: realClock, limits: WALK_LIMITS }, driverByName(driver)!);

const mapOf = async (recording: string, driver: string, explicit?: Record<string, string>) =>
  resolvePorts(await read(recordingSession(await recordedSwitch(recording)), driver), explicit);

/** By hand: the PoE table's index, ifName and dot1dBasePortIfIndex of each. */
describeRecordings('the port map of a recorded switch', () => {
  it.each([
    ['cisco-c3750-48ps-stack3', 'cisco-ios', 48, 'Fa3/0/25', '3.29', 11_025],
    ['linksys-lgs318p', 'linksys', 18, 'gi7', '1.55', 55],
    ['huawei-s5720-56c-pwr', 'huawei', 48, 'GigabitEthernet0/0/7', '12', 12],
    ['tplink-sg2218p', 'tp-link', 16, 'gigabitEthernet 1/0/7', '7', 49_159],
    ['brocade-icx6430-24', 'icx', 28, 'ethernet1/1/7', '7', 7],
    ['mikrotik-rb5009upr', 'mikrotik-routeros', 8, 'ether7', '8', 8],
    ['mikrotik-css106-4p', 'mikrotik-swos', 4, 'Port5', '5', 5],
  ])('%s', async (recording, driver, ports, label, row, ifIndex) => {
    const map = await mapOf(recording, driver);
    expect(map.ports).toHaveLength(ports);
    expect(map.find(label)).toMatchObject({ label, row, ifIndex });
    expect(map.interface(label)).toMatchObject({ ifIndex });
  });

  it.each([
    ['huawei-s5720-56c-pwr', 'huawei', '7', 7],
    ['linksys-lgs318p', 'linksys', '7', 55],
    ['mikrotik-rb5009upr', 'mikrotik-routeros', 'ether1', 9],
  ])('%s has bridge ports of its own', async (recording, driver, port, bridgePort) => {
    expect((await mapOf(recording, driver)).find(port)).toMatchObject({ bridgePort });
  });

  it('of a 3750 finds uplinks by any of their names, and no number that two ports share', async () => {
    const map = await mapOf('cisco-c3750-48ps-stack3', 'cisco-ios');
    expect(map.interface('Gi3/0/1')).toMatchObject({ ifIndex: 11_101 });
    expect(map.interface('GigabitEthernet3/0/1')).toMatchObject({ label: 'Gi3/0/1', ifIndex: 11_101 });
    expect(map.interface('1')).toBeUndefined();
    expect(map.interfaces.find('1')).toEqual({ reason: '"1" may be Fa3/0/1 or Gi3/0/1: name it in full' });
    // The one VLAN interface that is numbered like a port.
    expect(map.interface('Vl1')).toBeUndefined();
  });

  it('of an LGS318P finds an aggregate where it is asked for, and VLAN interface 5 never', async () => {
    const map = await mapOf('linksys-lgs318p', 'linksys');
    expect(map.interface('po1')).toMatchObject({ ifIndex: 1_000, bridgePort: 1_000, ifType: 161 });
    expect(map.interface('LAG 1')).toMatchObject({ ifIndex: 1_000 });
    expect(map.interface('5')).toMatchObject({ label: 'gi5', ifIndex: 53 });
    expect(map.isOtherInterface('Po1')).toBe(true);
  });

  it('of a GSM7252PS is refused, for its walks have no interfaces, and says so for every rule', async () => {
    await expect(mapOf('netgear-gsm7252ps-s2.assembled', 'netgear-managed')).rejects.toMatchObject({
      reasons: [
        'the PoE port index is an ifIndex: row 1.1: interface 1 does not exist',
        'the PoE port index is the faceplate number: 0 families of interfaces are numbered 1 to 48',
      ],
    });
  });

  it('of a midspan is refused', async () => {
    await expect(mapOf('microsemi-midspan', 'midspan')).rejects.toThrow('they are no interfaces');
  });

  it.each([
    ['hp-2910al-24g-poe', 'hp-procurve', 'Trk1', 54, 54],
    ['ubnt-es-24-250w', 'edgeswitch', 'lag 2', 67, 67],
    ['dell-powerconnect-2824', 'dell-powerconnect', 'ch8', 1_007, 1_007],
    ['cisco-cbs350-24p-4x-stack2', 'cisco-business', 'Po3', 1_002, 1_002],
    ['aruba-cx-8325', 'aruba-cx', 'lag53', 821, 821],
    ['dell-sonic-e3248p', 'dell-sonic', 'Eth1/1', 1, 0],
    ['alcatel-os6350-p24', 'alcatel', '1/7', 1_007, 7],
    ['extreme-ers4950-pwr', 'ers', '1/50', 50, 50],
  ])('%s: uplinks are found without any PoE row', async (recording, driver, name, ifIndex, bridgePort) => {
    const tables = await read(recordingSession(await recordedSwitch(recording)), driver);
    // What the recording has not: a PoE row, so that there is a map to ask.
    const socket = [...tables.interfaces].find(([, one]) => one.type === 6 && /\d$/.test(one.name))!;
    const map = resolvePorts({ ...tables, poeRows: ['1.1'] }, { [socket[1].name]: '1.1' });
    expect(map.interface(name)).toMatchObject({ ifIndex, bridgePort });
  });

  it.each([
    ['cisco-c3750-48ps-stack3', 'cisco-ios', true],
    ['huawei-s5720-56c-pwr', 'huawei', false],
  ])('%s is asked for the tables of its rules and no others, a column at a time', async (recording, driver, cisco) => {
    const session = recordingSession(await recordedSwitch(recording));
    const columns = new Set<string>();
    await read(
      {
        ...session,
        getBulk: (request) => {
          expect(request.columns).toHaveLength(1);
          columns.add(request.columns[0]!);
          return session.getBulk(request);
        },
      },
      driver,
    );
    const asked = (root: string) => [...columns].some((column) => column.startsWith(root));
    expect([asked('1.3.6.1.4.1.9.9.402.1.2.1.11'), asked('1.3.6.1.4.1.9.5.1.4.1.1.11')]).toEqual([cisco, cisco]);
    expect(asked('1.3.6.1.2.1.47.1.3.2.1.2')).toBe(cisco);
  });
});
