import { describe, expect, it } from 'vitest';
import { millis, vlanId } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { readFdb } from '../../../src/switches/discovery/fdb.ts';
import { fdbRows, vlanByFdbId } from '../../../src/switches/discovery/fdb-rows.ts';
import { BRIDGE_MIB } from '../../../src/switches/mib/bridge.ts';
import { BRIDGE_FDB, Q_BRIDGE_FDB, VTP_VLAN_STATE } from '../../../src/switches/mib/forwarding.ts';
import { SnmpTimeout } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import type { ColumnRows } from '../../../src/switches/snmp/walk.ts';
import type { Access } from '../../../src/switches/tables.ts';
import { columnsSession } from './columns-session.ts';
import { integers, macIndex } from './rows.ts';

const PI = 'b8:27:eb:07:bc:c6';
const OTHER = 'dc:a6:32:00:00:01';

describe('rows of a forwarding database', () => {
  const any = () => undefined;

  it('are learned ones with a port; the rest is counted by why it was dropped', () => {
    const ports = integers({
      [macIndex(PI, '5')]: 7,
      [macIndex(OTHER, '5')]: 0,
      [macIndex('00:11:22:33:44:55', '5')]: 9,
      [macIndex('00:11:22:33:44:56', '5')]: -1,
      [macIndex('01:00:5e:00:00:01', '5')]: 3,
      '5.1.2.3': 3,
      '5.300.0.0.0.0.1': 3,
    });
    const statuses = integers({
      [macIndex(PI, '5')]: 3,
      [macIndex(OTHER, '5')]: 3,
      [macIndex('00:11:22:33:44:55', '5')]: 4,
      [macIndex('00:11:22:33:44:56', '5')]: 3,
    });
    expect(fdbRows(ports, statuses, any)).toEqual({
      entries: [{ mac: PI, vlan: undefined, port: 7 }],
      dropped: { noPort: 2, notLearned: 1, malformed: 3 },
    });
  });

  it('are all learned where the agent has no status; one that lost its status meanwhile is not', () => {
    const ports = integers({ [macIndex(PI, '1')]: 7, [macIndex(OTHER, '1')]: 8 });
    expect(fdbRows(ports, integers({}), any).entries).toHaveLength(2);
    expect(fdbRows(ports, integers({ [macIndex(PI, '1')]: 3 }), any)).toMatchObject({
      entries: [{ mac: PI }],
      dropped: { notLearned: 1 },
    });
  });

  it('take no value that is not a number', () => {
    const ports: ColumnRows = new Map([[macIndex(PI, '1'), { type: 'OctetString', value: Buffer.from('7') }]]);
    expect(fdbRows(ports, integers({}), any).dropped.malformed).toBe(1);
  });
});

describe('the VLAN of a forwarding database', () => {
  it.each([
    ['by dot1qVlanFdbId with a TimeMark of 0', { '0.50': 2, '0.1': 1 }, '2', 50],
    ['by dot1qVlanFdbId with another TimeMark', { '1400.101': 7 }, '7', 101],
    ['is not told where two VLANs share it', { '0.50': 2, '0.51': 2 }, '2', undefined],
    ['is not told where the column leaves it out', { '0.50': 2 }, '3', undefined],
    ['is its number where there is no such column', {}, '101', 101],
    ['is the upper half of its number on Junos', {}, String(101 * 65_536), 101],
    ['is not told for a number that is neither', {}, '5000', undefined],
    ['is not told for 0', {}, '0', undefined],
    ['is not told where the index has none', {}, '', undefined],
  ])('%s', (_title, column, fdbId, vlan) => {
    expect(vlanByFdbId(integers(column))(fdbId)).toBe(vlan);
  });
});

describe('readFdb', () => {
  const access = (columns: Readonly<Record<string, ColumnRows>>): Access => accessOf(columnsSession(columns));
  const accessOf = (session: SnmpSession): Access => ({
    session,
    clock: new VirtualClock(),
    limits: { varbinds: 60, rows: 4_096, deadline: millis(1_000) },
  });

  it('joins dot1qTpFdb with the VLANs', async () => {
    const fdb = await readFdb(
      access({
        [Q_BRIDGE_FDB.dot1qTpFdbPort]: integers({ [macIndex(PI, '2')]: 7 }),
        [Q_BRIDGE_FDB.dot1qTpFdbStatus]: integers({ [macIndex(PI, '2')]: 3 }),
        [Q_BRIDGE_FDB.dot1qVlanFdbId]: integers({ '0.50': 2 }),
        [BRIDGE_FDB.dot1dTpFdbPort]: integers({ [macIndex(OTHER)]: 9 }),
      }),
    );
    expect(fdb).toMatchObject({ source: 'dot1qTpFdb', entries: [{ mac: PI, vlan: 50, port: 7 }], unread: [] });
  });

  it('falls back to dot1dTpFdb, which knows no VLAN', async () => {
    const fdb = await readFdb(access({ [BRIDGE_FDB.dot1dTpFdbPort]: integers({ [macIndex(OTHER)]: 9 }) }));
    expect(fdb).toMatchObject({ source: 'dot1dTpFdb', entries: [{ mac: OTHER, vlan: undefined, port: 9 }] });
  });

  const silent: SnmpSession = {
    ...columnsSession({}),
    getBulk: () => Promise.reject(new SnmpTimeout('getBulk', 'sw1', millis(6_000), 3, 'went-silent')),
  };

  it('asks VLAN by VLAN where it must, only for those that exist, each with its own bridge ports', async () => {
    const opened: number[] = [];
    const base = access({ [VTP_VLAN_STATE]: integers({ '1.101': 1, '1.102': 1, '1.1002': 1 }) });
    const open = (vlan: number) => {
      opened.push(vlan);
      if (vlan === 102) return accessOf(silent);
      return access({
        [BRIDGE_FDB.dot1dTpFdbPort]: integers({ [macIndex(PI)]: 5 }),
        [BRIDGE_FDB.dot1dTpFdbStatus]: integers({ [macIndex(PI)]: 3 }),
        [BRIDGE_MIB.dot1dBasePortIfIndex]: integers({ 5: 10_105 }),
      });
    };
    const fdb = await readFdb(base, { perVlan: { open, vlans: [101, 102, 103].map(vlanId) } });
    expect(opened).toEqual([101, 102]);
    expect(fdb).toMatchObject({ entries: [{ mac: PI, vlan: 101, port: 5 }], unread: [102] });
    expect(fdb.bridgePorts.get(vlanId(101))?.get(5)).toBe(10_105);
  });

  it('gives up after three silent VLANs in a row', async () => {
    const vlans = [101, 102, 103, 104].map(vlanId);
    let opened = 0;
    const open = () => {
      opened += 1;
      return accessOf(silent);
    };
    await expect(readFdb(access({}), { perVlan: { open, vlans } })).rejects.toThrow(SnmpTimeout);
    expect(opened).toBe(3);
  });
});
