import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/sim/switch/mib.ts';
import * as NUMBERINGS from '../../../src/sim/switch/numberings.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/options.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, set, walk } from './support/ask.ts';
import { egress, PORT, portList, pvid, ROW, STATIC, status } from './support/vlans.ts';

const BASE_IF_INDEX = '1.3.6.1.2.1.17.1.4.1.2';
const IF_TYPE = '1.3.6.1.2.1.2.2.1.3';
const IF_NAME = '1.3.6.1.2.1.31.1.1.1.1';
const POE_ADMIN = '1.3.6.1.2.1.105.1.1.1.3';
const make = (options: Partial<VirtualSwitchOptions>) => makeSwitch(new VirtualClock(), { ports: 26, ...options });
const texts = (rows: Map<string, unknown>) => new Map([...rows].map(([index, value]) => [index, String(value)]));

describe('numberings of real families', () => {
  it('Cisco stack member: a gap in the PoE rows, group 3', () => {
    const device = make({ numbering: NUMBERINGS.CISCO_STACK_MEMBER });
    const rows = [...walk(device, POE_ADMIN).keys()];
    expect([rows[0], rows[23], rows[24]]).toEqual(['3.3', '3.26', '3.29']);
    expect(texts(walk(device, IF_NAME)).get('11025')).toBe('Fa3/0/25');
    expect(get(device, `${BASE_IF_INDEX}.25`)).toBe(11_025);
    expect(walk(device, '1.3.6.1.2.1.105.1.3.1.1.2')).toEqual(new Map([['3', 370]]));
  });

  it('from 49: one number for everything, and port lists that begin in their seventh octet', () => {
    const device = make({ numbering: NUMBERINGS.FROM_49 });
    expect([...walk(device, POE_ADMIN).keys()][0]).toBe('1.49');
    expect([...walk(device, BASE_IF_INDEX)][0]).toEqual(['49', 49]);
    expect(get(device, `${STATIC}.2.1`)).toEqual(portList(10, ...Array.from({ length: 28 }, (_, at) => 49 + at)));
    expect(set(device, status(30, ROW.createAndGo), egress(30, portList(10, 51)), pvid(51, 30))).toEqual([0, 0]);
    expect(device.bridge.config.vlans.get(30)?.egress).toEqual(new Set([3]));
    expect(set(device, egress(30, portList(10, 3)))).toEqual([STATUS.wrongValue, 1]);
  });

  it('from 5001: interfaces far from the bridge ports', () => {
    const device = make({ numbering: NUMBERINGS.FROM_5001 });
    expect([...walk(device, BASE_IF_INDEX)][0]).toEqual(['1', 5_001]);
  });

  it('bridge ports from 0: the first bit is port 0', () => {
    const device = make({ numbering: NUMBERINGS.BRIDGE_PORT_FROM_0 });
    expect([...walk(device, BASE_IF_INDEX)][0]).toEqual(['0', 1]);
    expect(set(device, status(30, ROW.createAndGo), egress(30, portList(4, 1)), pvid(0, 30))).toEqual([0, 0]);
    expect(device.bridge.config.ports.get(1)?.pvid).toBe(30);
    expect(device.bridge.config.vlans.get(30)?.egress).toEqual(new Set([1]));
  });

  it('PVIDs by ifIndex', () => {
    const device = make({ numbering: NUMBERINGS.PVID_BY_IF_INDEX });
    expect([...walk(device, `${PORT}.1`).keys()][0]).toBe('1001');
    expect([...walk(device, BASE_IF_INDEX).keys()][0]).toBe('1');
    expect(set(device, status(30, ROW.createAndGo), pvid(1_002, 30))).toEqual([0, 0]);
    expect(device.bridge.config.ports.get(2)?.pvid).toBe(30);
  });
});

describe('interfaces that are no ports', () => {
  const lag = { ifName: 'Trk1', ifIndex: 1_000, bridgePort: 1_000, members: [27, 28] };

  it('a LAG takes the place of its members, and port lists are as wide as its number', () => {
    const device = make({ lags: [lag], vlans: { maxVlans: 16 } });
    expect(get(device, `${IF_TYPE}.1000`)).toBe(161);
    expect([...walk(device, `${PORT}.1`).keys()].slice(-2)).toEqual(['26', '1000']);
    expect(get(device, `${IF_TYPE}.27`)).toBe(6);
    expect(get(device, '1.3.6.1.2.1.31.1.1.1.15.1000')).toBe(2_000);
    const list = portList(125, 1, 1_000);
    expect(set(device, status(30, ROW.createAndGo), egress(30, list))).toEqual([0, 0]);
    expect(get(device, `${STATIC}.2.30`)).toEqual(list);
    // 29 is the LAG by the switch's own number: it is an uplink, and carries VLAN 30.
    expect(device.bridge.config.vlans.get(30)?.egress).toEqual(new Set([1, 29]));
    expect(set(device, egress(30, portList(125, 27)))).toEqual([STATUS.wrongValue, 1]);
  });

  it('an empty LAG carries nothing', () => {
    const device = make({ lags: [{ ...lag, members: [] }], vlans: { maxVlans: 16 } });
    set(device, status(30, ROW.createAndGo), egress(30, portList(125, 1, 1_000)));
    set(device, [`${STATIC}.4.30`, 4, portList(125, 1)], pvid(1, 30));
    set(device, egress(1, portList(125, 2)));
    expect(device.segment(1)).toEqual({ vlan: 30, trunk: false });
    expect([get(device, '1.3.6.1.2.1.2.2.1.8.1000'), get(device, '1.3.6.1.2.1.2.2.1.8.27')]).toEqual([2, 1]);
  });

  it('a LAG of ports that are no uplinks is an error of whoever made the switch', () => {
    expect(() => make({ lags: [{ ...lag, members: [3] }] })).toThrow('port 3 of a LAG is not an uplink');
  });

  it('VLANs have interfaces that come and go with them', () => {
    const device = make({ vlanInterface: (vlan) => 10_000 + vlan });
    expect(get(device, `${IF_TYPE}.10001`)).toBe(53);
    set(device, status(30, ROW.createAndGo));
    expect(texts(walk(device, IF_NAME)).get('10030')).toBe('vlan30');
    expect(get(device, '1.3.6.1.2.1.2.1.0')).toBe(30);
    set(device, status(30, ROW.destroy));
    expect(walk(device, IF_TYPE).size).toBe(29);
  });
});

describe('a restart', () => {
  const reboot = (options: Partial<VirtualSwitchOptions>) => {
    const clock = new VirtualClock();
    const device = makeSwitch(clock, options);
    device.reboot();
    clock.advance(1_000);
    return device;
  };

  it('keeps the numbers of interfaces, unless it shifts them', () => {
    expect(texts(walk(reboot({}), IF_NAME)).get('3')).toBe('ge3');
    const device = reboot({ renumbering: 'shifted', numbering: NUMBERINGS.FROM_49 });
    expect(texts(walk(device, IF_NAME)).get('563')).toBe('gi3');
    expect([...walk(device, POE_ADMIN).keys()][2]).toBe('1.563');
  });

  it('or deals them out anew: the same numbers, other ports, and the other tables follow', () => {
    const device = reboot({ renumbering: 'shuffled', ports: 48 });
    const names = texts(walk(device, IF_NAME));
    expect([...names.keys()].map(Number)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    expect(new Set(names.values()).size).toBe(50);
    expect([...names].filter(([index, name]) => name === `ge${index}`).length).toBeLessThan(10);
    for (const [bridgePort, ifIndex] of walk(device, BASE_IF_INDEX)) {
      expect(names.get(String(ifIndex))).toBe(`ge${bridgePort}`);
    }
    // PoE rows keep their numbers: whoever takes them for ifIndexes is wrong now.
    expect([...walk(device, POE_ADMIN).keys()].slice(0, 2)).toEqual(['1.1', '1.2']);
  });
});

describe('large switches', () => {
  it('have 512 ports', () => {
    const device = make({ ports: 512, uplinks: 8 });
    expect(walk(device, POE_ADMIN).size).toBe(512);
    expect((get(device, `${STATIC}.2.1`) as Buffer).length).toBe(65);
    expect(device.segment(512)).toEqual({ vlan: 1, trunk: false });
  });
});
