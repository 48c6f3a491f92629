import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { vlanId } from '../../../src/rack/units.ts';
import { makeSwitches } from '../../../src/sim/process/switches.ts';
import { STATUS } from '../../../src/sim/switch/mib.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makePlan, makeSlot } from '../../support/plan.ts';
import { planFor } from '../../switches/support/rig.ts';
import { set } from '../switch/support/ask.ts';
import { ROW, status } from '../switch/support/vlans.ts';

describe('the switches of a plan, made', () => {
  it.each(['planned', 'blank'] as const)('keep the VLANs for themselves that the plan says (%s)', (vlans) => {
    const planned = { ...planFor(161), reservedVlans: [vlanId(1_002), vlanId(4_089)] };
    const slot = makeSlot(1, { switch: planned.name, port: '1', vlan: vlanId(101) });
    const plan = makePlan(1, { switches: [planned], slots: [slot] });
    const [device] = makeSwitches(plan, {
      clock: new VirtualClock(),
      random: Math.random,
      log: pino({ level: 'silent' }),
      env: { WRITE_COMMUNITY: 'secret' },
      portsOn: true,
      vlans,
    }).values();
    expect(device?.segment(1)).toMatchObject({ vlan: vlans === 'planned' ? 101 : 1 });
    expect(set(device!, status(4_089, ROW.createAndGo))).toEqual([STATUS.noCreation, 1]);
    expect(set(device!, status(4_088, ROW.createAndGo))).toEqual([STATUS.noError, 0]);
  });
});
