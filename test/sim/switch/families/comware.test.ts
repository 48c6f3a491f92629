import { beforeEach, describe, expect, it } from 'vitest';
import { comware } from '../../../../src/sim/switch/families/comware.ts';
import { STATUS, TAG } from '../../../../src/sim/switch/mib.ts';
import type { VirtualSwitch } from '../../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../../switches/support/rig.ts';
import { get, set } from '../support/ask.ts';
import { pvid, ROW } from '../support/vlans.ts';

const LSW = '1.3.6.1.4.1.25506.8.35';
const IF = 9_437_184;
const [TRUNK, ACCESS, HYBRID] = [1, 2, 3];

const type = (port: number, value: number) => [`${LSW}.1.1.1.5.${IF + port}`, TAG.Integer32, value] as const;
const ports = (vlan: number, ...octets: number[]) =>
  [`${LSW}.2.1.1.1.3.${vlan}`, TAG.OctetString, Buffer.from(octets)] as const;
const list = (column: string, port: number, ...octets: number[]) =>
  [`${LSW}.${column}.${IF + port}`, TAG.OctetString, Buffer.from(octets)] as const;

let device: VirtualSwitch;
beforeEach(() => {
  device = makeSwitch(new VirtualClock(), comware());
  set(device, [`${LSW}.2.1.1.1.13.10`, TAG.Integer32, ROW.createAndGo]);
});

describe('a switch with Comware', () => {
  it('has the first port in the lowest bit of the list of a VLAN', () => {
    expect(set(device, ports(10, 0x05, 0))).toEqual([STATUS.noError, 0]);
    expect([1, 2, 3].map((port) => device.segment(port))).toMatchObject([{ vlan: 10 }, { vlan: 1 }, { vlan: 10 }]);
    set(device, ports(10, 0x04, 0));
    expect(device.segment(1)).toMatchObject({ vlan: 1 });
    expect(set(device, ports(11, 0x01, 0))).toEqual([STATUS.inconsistentName, 1]);
  });

  it('has VLAN 2 of a trunk in bit 1 of its list, and its PVID in the bridge tables', () => {
    set(device, type(9, TRUNK));
    set(device, list('5.1.3.1.6', 9, 0x01, 0x02));
    expect(device.bridge.config.vlans.get(10)?.egress).toEqual(new Set([9]));
    expect(set(device, pvid(9, 10))).toEqual([STATUS.noError, 0]);
    expect(device.bridge.config.vlans.get(10)?.untagged).toEqual(new Set([9]));
    expect(device.bridge.config.vlans.get(1)?.untagged.has(9)).toBe(false);
  });

  it('is back in VLAN 1 with every new type', () => {
    set(device, ports(10, 0x01, 0));
    for (const value of [HYBRID, TRUNK, ACCESS]) {
      set(device, type(1, value));
      expect(device.segment(1)).toMatchObject({ vlan: 1 });
    }
    expect(set(device, pvid(1, 10))).toEqual([STATUS.inconsistentValue, 1]);
  });

  it('is tagged and untagged where the lists of a hybrid port say so', () => {
    set(device, type(1, HYBRID));
    set(device, list('1.3.1.2', 1, 0, 0x02));
    expect(device.bridge.config.vlans.get(10)).toMatchObject({ egress: new Set([1]), untagged: new Set() });
    set(device, list('1.3.1.4', 1, 0x01, 0x02));
    expect(device.bridge.config.vlans.get(10)).toMatchObject({ egress: new Set([1]), untagged: new Set([1]) });
    expect(get(device, `${LSW}.1.3.1.2.${IF + 1}`)).toEqual(Buffer.alloc(256));
  });
});
