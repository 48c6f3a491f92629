import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectGroup } from '../../../src/sim/switch/groups.ts';
import {
  DEFAULT_GROUPS,
  interfacesGroup,
  OWN_SAVE,
  powerGroup,
  systemGroup,
  vlanGroup,
} from '../../../src/sim/switch/groups.ts';
import type { MibPart } from '../../../src/sim/switch/mib.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { among, between } from '../../../src/sim/switch/objects/checks.ts';
import type { SwitchPort } from '../../../src/sim/switch/ports.ts';
import { table } from '../../../src/sim/switch/table.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, set, typeOf, walk } from './support/ask.ts';
import { ROW, status } from './support/vlans.ts';

const ENTRY = '1.3.6.1.4.1.99999.7.1';
const ACCESS = 1;
const TRUNK = 2;

/** A made-up family whose ports have a mode, and one VLAN while that is access: everything else follows from the two. */
const modesGroup: ObjectGroup = ({ ports, control, configuration }): MibPart[] => {
  let modes = new Map<number, number>();
  configuration.include(() => {
    const taken = new Map(modes);
    return () => {
      modes = new Map(taken);
    };
  });
  const rows = {
    version: () => ports.version,
    entries: () => ports.poe.map((port) => [String(port.ifIndex), port] as const),
  };
  return [
    table<SwitchPort>(ENTRY, rows, [
      {
        arc: 2,
        tag: TAG.Integer32,
        check: among(ACCESS, TRUNK),
        read: ({ number }) => modes.get(number) ?? TRUNK,
        write: ({ number }, value) => {
          modes.set(number, Number(value));
          configuration.changed();
        },
      },
      {
        arc: 3,
        tag: TAG.Integer32,
        check: between(1, 4_094),
        read: ({ number }) => control.accepted.ports.get(number)!.pvid,
        write: ({ number }, value) => {
          const vlans = new Map(control.accepted.vlans);
          for (const [id, vlan] of vlans) {
            const [egress, untagged] = [new Set(vlan.egress), new Set(vlan.untagged)];
            for (const members of [egress, untagged]) {
              if (id === value) members.add(number);
              else members.delete(number);
            }
            vlans.set(id, { ...vlan, egress, untagged });
          }
          const port = { ...control.accepted.ports.get(number)!, pvid: Number(value) };
          control.accept({ vlans, ports: new Map(control.accepted.ports).set(number, port) });
        },
      },
    ]),
  ];
};

let clock: VirtualClock;
let device: VirtualSwitch;
beforeEach(() => {
  clock = new VirtualClock();
  device = makeSwitch(clock, { groups: [...DEFAULT_GROUPS, modesGroup] });
});

describe('a family with a table of its own', () => {
  it('writes what the standard tables show, and what is forwarded', () => {
    set(device, status(30, ROW.createAndGo));
    expect(set(device, [`${ENTRY}.3.3`, TAG.Integer32, 30])).toEqual([STATUS.noError, 0]);
    expect(device.segment(3)).toEqual({ vlan: 30, trunk: false });
    expect(get(device, '1.3.6.1.2.1.17.7.1.4.5.1.1.3')).toBe(30);
    expect(get(device, '1.3.6.1.2.1.17.7.1.4.3.1.2.30')).toEqual(Buffer.from([0x20, 0]));
  });

  it('has its state saved, and lost, with the rest', () => {
    const modes = () => [...walk(device, `${ENTRY}.2`).values()].slice(0, 3);
    set(device, [`${ENTRY}.2.1`, TAG.Integer32, ACCESS]);
    expect(device.configuration.unsaved).toBe(true);
    set(device, [OWN_SAVE.oid, TAG.Integer32, OWN_SAVE.value]);
    set(device, [`${ENTRY}.2.2`, TAG.Integer32, ACCESS]);
    expect(modes()).toEqual([ACCESS, ACCESS, TRUNK]);
    device.reboot();
    clock.advance(1_000);
    expect(modes()).toEqual([ACCESS, TRUNK, TRUNK]);
  });

  it('lacks what its list of groups lacks', () => {
    device = makeSwitch(clock, { groups: [systemGroup, interfacesGroup, powerGroup] });
    expect(typeOf(device, '1.3.6.1.2.1.17.1.1.0')).toBe(TAG.noSuchObject);
    expect(walk(device, '1.3.6.1.2.1.105.1.1.1.3').size).toBe(8);
  });

  it('has nothing twice', () => {
    expect(() => makeSwitch(clock, { groups: [vlanGroup, vlanGroup] })).toThrow('is within');
  });
});
