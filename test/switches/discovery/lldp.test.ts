import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { neighbours, readLldp } from '../../../src/switches/discovery/lldp.ts';
import { resolveLocalPorts } from '../../../src/switches/discovery/lldp-ports.ts';
import { LLDP_LOC_PORT, LLDP_REM } from '../../../src/switches/mib/lldp.ts';
import { macToBytes, parseMac } from '../../../src/wire/address.ts';
import { columnsSession } from './columns-session.ts';
import { integers, octets, tables } from './rows.ts';

const PI = 'b8:27:eb:07:bc:c6';
const noDescriptions = { descriptions: octets({}) };
const two = { 49: { name: 'gi1' }, 50: { name: 'gi2' } };

describe('lldpLocPortNum', () => {
  it.each([
    ['by ifName', two, {}, { 1: 'gi1', 2: 'gi2' }, { 1: 49, 2: 50 }],
    ['by ifName with a carriage return behind it', two, {}, { 1: 'Gi1\r', 2: 'gi2' }, { 1: 49, 2: 50 }],
    ['by ifDescr', { 49: { name: '1', descr: 'Port 1' } }, {}, { 7: 'Port 1' }, { 7: 49 }],
    ['by the ifIndex that is written there', two, {}, { 1: '49', 2: '50' }, { 1: 49, 2: 50 }],
    ['by the bridge port', two, { 1: 49, 2: 50 }, { 1: 'Port 1', 2: 'Port 2' }, { 1: 49, 2: 50 }],
    ['by itself as ifIndex', two, {}, { 49: '?', 50: '?' }, { 49: 49, 50: 50 }],
    ['not where it fits some ports only', two, {}, { 49: '?', 51: '?' }, {}],
    ['not where bridge port and ifIndex disagree', { 1: {}, 2: {} }, { 1: 2, 2: 1 }, { 1: '?', 2: '?' }, {}],
    ['not where a name is that of two', { 1: { name: 'gi1' }, 2: { name: 'gi1' } }, {}, { 7: 'gi1' }, {}],
    [
      'not where digits name one interface and number another',
      { 1: { name: '2' }, 2: { name: '1' } },
      {},
      { 1: '1' },
      {},
    ],
  ] as const)('is resolved %s', (_title, interfaces, bridgePorts, ids, expected) => {
    const local = { ids: octets(ids), ...noDescriptions };
    const { ifIndexes } = resolveLocalPorts(local, Object.keys(ids).map(Number), tables(interfaces, bridgePorts));
    expect(Object.fromEntries(ifIndexes)).toEqual(expected);
  });

  it('is resolved by the address of the interface, where one interface has it', () => {
    const known = tables({ 1: { mac: PI }, 2: { mac: '00:11:22:33:44:55' }, 3: { mac: '00:11:22:33:44:55' } });
    const ids = octets({ 7: macToBytes(parseMac(PI)), 8: macToBytes(parseMac('00:11:22:33:44:55')) });
    expect([...resolveLocalPorts({ ids, ...noDescriptions }, [7, 8], known).ifIndexes]).toEqual([[7, 1]]);
  });

  it('says which rules were used', () => {
    const local = { ids: octets({ 1: 'gi1', 50: 'oob' }), ...noDescriptions };
    expect(resolveLocalPorts(local, [1, 50], tables(two)).rules).toEqual([
      'lldpLocPortId is a name or an address of the interface',
      'lldpLocPortNum is the ifIndex',
    ]);
  });
});

describe('LLDP neighbours', () => {
  const remote = new Map([
    [LLDP_REM.lldpRemChassisIdSubtype, integers({ '1400.1.5': 4, '1500.2.6': 7 })],
    [LLDP_REM.lldpRemChassisId, octets({ '1400.1.5': macToBytes(parseMac(PI)), '1500.2.6': 'core\u001b[31m' })],
    [LLDP_REM.lldpRemPortIdSubtype, integers({ '1400.1.5': 3, '1500.2.6': 5 })],
    [LLDP_REM.lldpRemPortId, octets({ '1400.1.5': PI, '1500.2.6': 'Eth1' })],
    [LLDP_REM.lldpRemSysName, octets({ '1400.1.5': 'pi', '1500.2.6': `${'n'.repeat(300)}` })],
    [LLDP_REM.lldpRemSysCapEnabled, octets({ '1400.1.5': Buffer.from([0x01]), '1500.2.6': Buffer.from([0x28, 0]) })],
  ]);
  const local = new Map([[LLDP_LOC_PORT.lldpLocPortId, octets({ 1: 'gi1', 2: 'gi2' })]]);

  it('have the port, the name and what they are', () => {
    expect(neighbours(remote, local, tables(two)).neighbours).toEqual([
      {
        ifIndex: 49,
        localPort: 1,
        sysName: 'pi',
        chassisId: PI,
        portId: PI,
        portDesc: '',
        macs: [PI],
        capabilities: new Set(['stationOnly']),
      },
      expect.objectContaining({
        ifIndex: 50,
        chassisId: 'core?[31m',
        sysName: 'n'.repeat(64),
        macs: [],
        capabilities: new Set(['bridge', 'router']),
      }),
    ]);
  });

  it('under two TimeMarks are one, and the later one holds', () => {
    const twice = new Map([[LLDP_REM.lldpRemSysName, octets({ '9.1.5': 'old', '10.1.5': 'new', '10.1.6': 'other' })]]);
    expect(neighbours(twice, local, tables(two)).neighbours.map(({ sysName }) => sysName)).toEqual(['new', 'other']);
  });

  it('do not say what they are where the octets are no capabilities', () => {
    const strange = new Map([[LLDP_REM.lldpRemSysCapEnabled, octets({ '0.1.1': '28 2 4', '0.1.2': '' })]]);
    expect(neighbours(strange, local, tables(two)).neighbours.map(({ capabilities }) => capabilities)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are read without a look at the local ports where there are none', async () => {
    const session = columnsSession({ [LLDP_LOC_PORT.lldpLocPortId]: octets({ 1: 'gi1' }) });
    const limits = { varbinds: 60, rows: 100, deadline: millis(1_000) };
    expect(await readLldp({ session, clock: new VirtualClock(), limits }, tables(two))).toEqual({
      neighbours: [],
      rules: [],
    });
    expect(session.counts.requests).toBe(1);
  });
});
