import { beforeEach, describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { saveObject } from '../../../src/sim/switch/families/save-object.ts';
import { OWN_SAVE, STANDARD_GROUPS } from '../../../src/sim/switch/groups.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/options.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch, QUICK } from '../../switches/support/rig.ts';
import { get, set } from './support/ask.ts';
import type { Write } from './support/vlans.ts';
import { PORT, pvid, ROW, status } from './support/vlans.ts';

const ADMIN = '1.3.6.1.2.1.105.1.1.1.3.1.3';
const PRIORITY = '1.3.6.1.2.1.105.1.1.1.7.1.3';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const ALIAS = '1.3.6.1.2.1.31.1.1.1.18.3';
const save: Write = [OWN_SAVE.oid, TAG.Integer32, OWN_SAVE.value];

let clock: VirtualClock;
let device: VirtualSwitch;
function start(options: Partial<VirtualSwitchOptions> = {}) {
  clock = new VirtualClock();
  device = makeSwitch(clock, options);
}
beforeEach(() => start());

const write = () =>
  set(
    device,
    [ADMIN, TAG.Integer32, 2],
    [PRIORITY, TAG.Integer32, 1],
    [SYS_NAME, TAG.OctetString, Buffer.from('rack')],
    [ALIAS, TAG.OctetString, Buffer.from('slot 3')],
    status(30, ROW.createAndGo),
    pvid(3, 30),
  );
const shown = () => [
  get(device, ADMIN),
  get(device, PRIORITY),
  String(get(device, SYS_NAME)),
  String(get(device, ALIAS)),
  get(device, `${PORT}.1.3`),
];
const before = [1, 3, 'psw1', '', 1];
const after = [2, 1, 'rack', 'slot 3', 30];
const reboot = () => {
  device.reboot();
  clock.advance(1_000);
};

describe('the saved configuration', () => {
  it('is what a restart goes back to: what was not saved is lost', () => {
    expect([write(), shown(), device.configuration.unsaved]).toEqual([[0, 0], after, true]);
    reboot();
    expect([shown(), device.configuration.unsaved]).toEqual([before, false]);
  });

  it('is the running one, once that is saved', () => {
    write();
    expect(set(device, save)).toEqual([STATUS.noError, 0]);
    expect(device.configuration).toMatchObject({ unsaved: false, saves: 1 });
    set(device, [ADMIN, TAG.Integer32, 1], pvid(3, 1));
    reboot();
    expect(shown()).toEqual(after);
    reboot();
    expect(shown()).toEqual(after);
  });

  it('follows every change, where the switch saves by itself', () => {
    start({ autoSave: true });
    write();
    expect(device.configuration.unsaved).toBe(false);
    reboot();
    expect(shown()).toEqual(after);
  });

  it('takes a while to be written: a restart before that loses it', () => {
    start({ delays: { ...QUICK, save: millis(2_000) } });
    write();
    set(device, save);
    clock.advance(1_999);
    expect(device.configuration).toMatchObject({ unsaved: true, saves: 0 });
    reboot();
    expect(shown()).toEqual(before);
    write();
    set(device, save);
    clock.advance(2_000);
    expect(device.configuration.unsaved).toBe(false);
    reboot();
    expect([shown(), device.configuration.saves]).toEqual([after, 1]);
    expect(clock.pending).toBe(0);
  });

  it('is not what changed while it was being written', () => {
    start({ delays: { ...QUICK, save: millis(2_000) } });
    set(device, save);
    write();
    clock.advance(2_000);
    expect(device.configuration).toMatchObject({ unsaved: true, saves: 1 });
    reboot();
    expect(shown()).toEqual(before);
  });

  it('may be impossible to save', () => {
    device.faults.saveRefused = true;
    expect(set(device, save)).toEqual([STATUS.commitFailed, 1]);
    expect(device.configuration.saves).toBe(0);
  });

  it('is a vendor object away', () => {
    const oid = '1.3.6.1.4.1.4526.10.1.2.14.1.0';
    start({ groups: [...STANDARD_GROUPS, saveObject({ oid, value: 1, reads: 2 })] });
    write();
    expect([get(device, oid), set(device, [oid, TAG.Integer32, 3])]).toEqual([2, [STATUS.wrongValue, 1]]);
    expect([set(device, [oid, TAG.Integer32, 2]), device.configuration.saves]).toEqual([[0, 0], 0]);
    expect([set(device, [oid, TAG.Integer32, 1]), device.configuration.saves]).toEqual([[0, 0], 1]);
    expect(set(device, save)).toEqual([STATUS.notWritable, 1]);
  });
});

describe('a switch that is closed or restarted', () => {
  it('does nothing any more of what it has accepted', async () => {
    start({ delays: { ...QUICK, boot: millis(10_000), save: millis(5_000) } });
    Object.assign(device.faults, { adminSettle: millis(500), vlanSettle: millis(500) });
    const told: (readonly number[])[] = [];
    const order = () => {
      set(device, [ADMIN, TAG.Integer32, 2], [`${PORT}.2.3`, TAG.Integer32, 2]);
      set(device, save);
    };
    order();
    device.reboot();
    expect(clock.pending).toBe(1);
    clock.advance(5_000);
    expect(device.pse.port(3).admin).toBe(false);
    clock.advance(5_000);
    expect([device.pse.port(3).admin, device.segment(3), device.configuration.saves]).toEqual([
      true,
      { vlan: 1, trunk: false },
      0,
    ]);
    order();
    device.onSegments((ports) => told.push(ports));
    await device.close();
    clock.advance(10_000);
    expect([told, clock.pending]).toEqual([[], 0]);
  });
});

describe('a switch that is slow to switch', () => {
  it('shows and does an admin state later, the last of two', () => {
    device.faults.adminSettle = millis(500);
    set(device, [ADMIN, TAG.Integer32, 2]);
    clock.advance(499);
    expect(get(device, ADMIN)).toBe(1);
    clock.advance(1);
    expect(get(device, ADMIN)).toBe(2);
    set(device, [ADMIN, TAG.Integer32, 1]);
    clock.advance(100);
    set(device, [ADMIN, TAG.Integer32, 2]);
    clock.advance(5_000);
    expect(get(device, ADMIN)).toBe(2);
  });

  it('saves what it was told, and a restart loses what it has not done', () => {
    device.faults.adminSettle = millis(500);
    set(device, [ADMIN, TAG.Integer32, 2]);
    set(device, save);
    reboot();
    expect(get(device, ADMIN)).toBe(2);
    set(device, [ADMIN, TAG.Integer32, 1]);
    reboot();
    clock.advance(5_000);
    expect(get(device, ADMIN)).toBe(2);
  });
});
