import { beforeEach, describe, expect, it } from 'vitest';
import type { Faults } from '../../../src/sim/switch/faults.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, set, typeOf } from './support/ask.ts';
import { egress, name, PORT, portList, pvid, ROW, STATIC, status, untagged } from './support/vlans.ts';

let device: VirtualSwitch;
const dial = (faults: Partial<Faults>) => Object.assign(device.faults, faults);
beforeEach(() => {
  device = makeSwitch(new VirtualClock());
  set(device, status(30, ROW.createAndGo));
});

const list = (...ports: number[]) => portList(2, ...ports);
const fine = [STATUS.noError, 0];
const members = (vlan: number) => [get(device, `${STATIC}.2.${vlan}`), get(device, `${STATIC}.4.${vlan}`)];
const others = list(1, 2, 4, 5, 6, 7, 8, 9, 10);

describe('what real switches do with a write (research: snmp-poe §3)', () => {
  it('the egress bit untags, and beats the untagged bitmap of the same PDU', () => {
    dial({ egressUntags: true });
    expect(set(device, egress(30, list(3, 9)), untagged(30, list(3)))).toEqual(fine);
    expect(members(30)).toEqual([list(3, 9), list(3, 9)]);
    // A second PDU has its way, and so has an egress bitmap that adds nothing.
    expect(set(device, untagged(30, list(3)))).toEqual(fine);
    expect(set(device, egress(30, list(3, 9)))).toEqual(fine);
    expect(members(30)).toEqual([list(3, 9), list(3)]);
  });

  it('an untagged bitmap is forgotten', () => {
    dial({ untaggedIgnored: true });
    expect(set(device, egress(30, list(3)), untagged(30, list(3)))).toEqual(fine);
    expect(members(30)).toEqual([list(3), list()]);
    // It gets the tagged frames of VLAN 30.
    expect(device.segment(3)).toBe('none');
  });

  it('a PVID makes a member', () => {
    dial({ pvidJoins: true });
    expect(set(device, pvid(3, 30))).toEqual(fine);
    expect(members(30)).toEqual([list(3), list(3)]);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: false });
  });

  it('a PVID leaves the old VLAN tagged on the port', () => {
    dial({ pvidJoins: true, pvidTagsOld: true });
    expect(set(device, pvid(3, 30))).toEqual(fine);
    expect(members(1)).toEqual([list(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), others]);
    expect(device.segment(3)).toBe('none');
    expect(set(device, egress(1, others))).toEqual(fine);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: false });
  });

  it('a PVID takes the port out of the old VLAN', () => {
    dial({ pvidLeavesOld: true });
    expect(set(device, pvid(3, 30))).toEqual(fine);
    expect([members(1), members(30)]).toEqual([
      [others, others],
      [list(), list()],
    ]);
  });

  it('a PVID may be that of no VLAN', () => {
    dial({ pvidUnchecked: true });
    expect(set(device, pvid(3, 77))).toEqual(fine);
    expect([get(device, `${PORT}.1.3`), device.segment(3)]).toEqual([77, 'none']);
  });

  it('no egress bitmap is taken while a port is in access mode, but everything else is', () => {
    device.faults.accessPorts.add(7);
    expect(set(device, name(30, 'x'), egress(30, list(3)))).toEqual([STATUS.commitFailed, 2]);
    expect(get(device, `${STATIC}.1.30`)).toEqual(Buffer.alloc(0));
    expect(set(device, name(30, 'x'), pvid(3, 30))).toEqual(fine);
    device.faults.accessPorts.clear();
    expect(set(device, egress(30, list(3)))).toEqual(fine);
  });

  it('VLANs are made by createAndWait only, or not at all', () => {
    dial({ creation: 'wait-only' });
    expect(set(device, status(31, ROW.createAndGo))).toEqual([STATUS.inconsistentValue, 1]);
    expect(set(device, status(31, ROW.createAndWait), name(31, 'x'))).toEqual(fine);
    expect(set(device, status(31, ROW.active))).toEqual(fine);
    dial({ creation: 'none' });
    for (const value of [ROW.createAndGo, ROW.createAndWait, ROW.active, ROW.notInService]) {
      expect(set(device, status(32, value))).toEqual([STATUS.inconsistentValue, 1]);
    }
    expect([get(device, `${STATIC}.5.31`), typeOf(device, `${STATIC}.5.32`)]).toEqual([ROW.active, TAG.noSuchInstance]);
  });

  it('a VLAN that is some PVID cannot go', () => {
    dial({ destroyInUseRefused: true });
    set(device, pvid(3, 30));
    expect(set(device, status(30, ROW.destroy))).toEqual([STATUS.inconsistentValue, 1]);
    set(device, pvid(3, 1));
    expect(set(device, status(30, ROW.destroy))).toEqual(fine);
  });

  it('a SET is a lie: whole rows are answered for and not done', () => {
    dial({ lyingSet: 1 });
    expect(set(device, egress(30, list(3)), untagged(30, list(3)), pvid(3, 30), status(31, ROW.createAndGo))).toEqual(
      fine,
    );
    expect([members(30), get(device, `${PORT}.1.3`)]).toEqual([[list(), list()], 1]);
    expect(typeOf(device, `${STATIC}.5.31`)).toBe(TAG.noSuchInstance);
    // What is wrong is still refused.
    expect(set(device, pvid(3, 99))).toEqual([STATUS.inconsistentValue, 1]);
  });
});
