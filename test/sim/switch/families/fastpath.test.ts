import { beforeEach, describe, expect, it } from 'vitest';
import { isolatedConfig } from '../../../../src/sim/switch/bridge.ts';
import { netgearM4300 } from '../../../../src/sim/switch/families/netgear.ts';
import { STATUS, TAG } from '../../../../src/sim/switch/mib.ts';
import type { VirtualSwitch } from '../../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../../switches/support/rig.ts';
import { get, set } from '../support/ask.ts';
import { egress, portList, pvid, ROW, STATIC, status, untagged } from '../support/vlans.ts';

const PORT = '1.3.6.1.4.1.4526.10.1.2.8.37.1';
const [ACCESS, TRUNK, GENERAL] = [1, 2, 3];

const mode = (port: number, value: number) => [`${PORT}.2.${port}`, TAG.Integer32, value] as const;
const access = (port: number, vlan: number) => [`${PORT}.3.${port}`, TAG.Gauge32, vlan] as const;

let device: VirtualSwitch;
beforeEach(() => {
  device = makeSwitch(new VirtualClock(), netgearM4300());
  set(device, status(30, ROW.createAndGo));
});

describe('a switch with FASTPATH switchports', () => {
  it('has one VLAN on an access port, whatever the bridge tables said', () => {
    set(device, access(3, 30));
    expect(device.segment(3)).toMatchObject({ vlan: 1 });
    expect(set(device, mode(3, ACCESS))).toEqual([STATUS.noError, 0]);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: false });
    expect(get(device, `${STATIC}.2.1`)).toEqual(portList(2, 1, 2, 4, 5, 6, 7, 8, 9, 10));
  });

  it('gives a port back what it was in when it is general again', () => {
    set(device, egress(30, portList(2, 4)));
    for (const value of [ACCESS, TRUNK, GENERAL]) set(device, mode(4, value));
    expect(get(device, `${STATIC}.2.30`)).toEqual(portList(2, 4));
    expect(get(device, `${STATIC}.4.30`)).toEqual(portList(2));
    expect(get(device, `${STATIC}.4.1`)).toEqual(portList(2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  });

  it('takes no egress list and no PVID while there is an access port, and forgets untagged lists', () => {
    set(device, mode(1, ACCESS));
    expect(set(device, egress(30, portList(2, 4)))).toEqual([STATUS.commitFailed, 1]);
    expect(set(device, pvid(1, 30))).toEqual([STATUS.inconsistentValue, 1]);
    set(device, mode(1, GENERAL));
    expect(set(device, egress(30, portList(2, 4)))).toEqual([STATUS.noError, 0]);
    expect(set(device, untagged(30, portList(2, 4)))).toEqual([STATUS.noError, 0]);
    expect(get(device, `${STATIC}.4.30`)).toEqual(portList(2));
  });

  it('lets a trunk carry every VLAN that is made, and an access port fall back to VLAN 1', () => {
    set(device, mode(9, TRUNK));
    set(device, access(2, 30), mode(2, ACCESS));
    set(device, status(40, ROW.createAndGo));
    expect(get(device, `${STATIC}.2.40`)).toEqual(portList(2, 9));
    expect(device.segment(2)).toEqual({ vlan: 30, trunk: true });
    set(device, status(30, ROW.destroy));
    expect(get(device, `${PORT}.3.2`)).toBe(1);
    expect(device.segment(2)).toMatchObject({ vlan: 1 });
  });

  it('has lists that are read and not written, and VLANs that have to be there', () => {
    expect(set(device, [`${PORT}.7.1`, TAG.OctetString, Buffer.alloc(512)])).toEqual([STATUS.notWritable, 1]);
    expect(set(device, access(1, 31))).toEqual([STATUS.inconsistentValue, 1]);
    expect(set(device, [`${PORT}.3.1`, TAG.Integer32, 30])).toEqual([STATUS.wrongType, 1]);
    expect(get(device, `${PORT}.7.1`)).toEqual(Buffer.concat([Buffer.from([0x80]), Buffer.alloc(511)]));
  });

  it('has ports of the right modes where somebody has set it up already', () => {
    const ports = Array.from({ length: 10 }, (_, place) => place + 1);
    const start = isolatedConfig(
      ports,
      new Map([
        [1, 101],
        [2, 102],
      ]),
      [9],
    );
    device = makeSwitch(new VirtualClock(), { ...netgearM4300(), vlans: { start } });
    expect([1, 2, 3, 9].map((port) => get(device, `${PORT}.2.${port}`))).toEqual([ACCESS, ACCESS, ACCESS, TRUNK]);
    expect([1, 2].map((port) => device.segment(port))).toEqual([101, 102].map((vlan) => ({ vlan, trunk: true })));
    set(device, status(103, ROW.createAndGo));
    expect(device.bridge.config.vlans.get(103)?.egress).toEqual(new Set());
  });

  it('forgets modes that were not saved', () => {
    const clock = new VirtualClock();
    device = makeSwitch(clock, netgearM4300());
    set(device, mode(1, ACCESS));
    set(device, ['1.3.6.1.4.1.4526.10.1.3.1.0', TAG.Integer32, 1]);
    set(device, mode(2, ACCESS));
    device.reboot();
    clock.advance(1_000);
    expect([1, 2].map((port) => get(device, `${PORT}.2.${port}`))).toEqual([ACCESS, GENERAL]);
  });
});
