import { describe, expect, it } from 'vitest';
import type { SnmpPlan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { proposeFragment } from '../../../src/switches/discovery/propose.ts';
import { surveySwitch } from '../../../src/switches/discovery/survey.ts';
import { identify } from '../../../src/switches/drivers/identify.ts';
import { openSwitch } from '../../../src/switches/poe.ts';
import { readChassis } from '../../../src/switches/snmp/chassis.ts';
import type { ChooseDriver } from '../../../src/switches/snmp/reach.ts';
import { readIdentity } from '../../../src/switches/snmp/system.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { load } from '../../rack/support/rack-text.ts';
import { TestBoard } from '../support/board.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../support/recording-session.ts';
import { log, planFor, secrets, virtualRig } from '../support/rig.ts';

const SNMP: SnmpPlan = { version: '2c', community: { env: 'PIRACK_COMMUNITY' } };
const HEADER = `rack: found
kind: real
zone: found.example.net
trunk: {interface: eth1, vlan_base: 2000}
addresses: {ipv4: 10.20.0.0/16, ipv6: "2001:db8:20::/48"}
`;
const CONTROLLER = '02:00:00:00:00:01' as Mac;

const OPTIONS = {
  name: 'sw',
  address: '192.0.2.10',
  port: 161,
  snmp: SNMP,
  controllerMacs: new Set([CONTROLLER]),
  firstSlot: 1,
};

function proposed(survey: Parameters<typeof proposeFragment>[0]) {
  const proposal = proposeFragment(survey, OPTIONS);
  const { plan, problems } = load(HEADER + proposal.yaml);
  return {
    ...proposal,
    plan,
    errors: problems.filter(({ severity }) => severity === 'error').map(({ message }) => message),
  };
}

describe('a survey of a virtual switch', () => {
  it('finds its boards and its uplink, and writes nothing', async () => {
    const rig = virtualRig({
      ports: 12,
      uplinks: 2,
      forwarding: { uplinkStations: [{ port: 13, mac: CONTROLLER }], strays: ['00:11:22:33:44:55' as Mac] },
      vlans: { fdbId: (vlan) => vlan + 7 },
    });
    for (const port of [1, 2, 3, 7]) {
      const board = Object.assign(new TestBoard(), { mac: `b8:27:eb:00:00:0${port}` as Mac });
      rig.device.attach(port, board);
    }
    await rig.clock.advanceAsync(5_000);
    let sets = 0;
    rig.device.faults.spoil = (request, answer) => {
      if (request.kind === 'set') sets += 1;
      return answer;
    };
    const survey = await rig.settle(surveySwitch(rig.poe, rig.clock));
    expect(survey.missing).toEqual([]);
    expect(survey.located).toMatchObject({ numbering: 'bridge port', unresolved: 0, doubt: undefined });
    const { plan, incomplete, errors, yaml } = proposed(survey);
    expect([incomplete, errors]).toEqual([[], []]);
    expect(plan?.switches[0]).toMatchObject({ uplinks: ['ge13'], budget: 370 });
    expect(plan?.slots.map(({ slot, port }) => [slot, port])).toEqual([
      [1, 'ge1'],
      [2, 'ge2'],
      [3, 'ge3'],
      [4, 'ge7'],
    ]);
    expect(yaml).toContain('# sure: port ge7 delivers 4 W to a Raspberry Pi, b8:27:eb:00:00:07');
    expect(sets).toBe(0);
    await rig.close();
  });

  it('says what could not be read, and goes on', async () => {
    const rig = virtualRig(
      { ports: 4 },
      { limits: { read: { timeout: millis(100), retries: 0 }, write: { timeout: millis(100), retries: 0 } } },
    );
    await rig.clock.advanceAsync(2_000);
    rig.device.faults.spoil = (request, answer) =>
      request.varbinds.some(({ oid }) => oid.startsWith('1.3.6.1.2.1.17.7.1.2'))
        ? { ...answer, errorStatus: 5, errorIndex: 1 }
        : answer;
    const survey = await rig.settle(surveySwitch(rig.poe, rig.clock));
    expect(survey.missing).toEqual([
      expect.stringMatching(/^which MAC is on which port could not be read: getBulk failed with genErr/),
    ]);
    expect(survey.power).toHaveLength(4);
    await rig.close();
  });

  it('is none where the switch says nothing', async () => {
    const rig = virtualRig(
      { ports: 4 },
      { limits: { read: { timeout: millis(100), retries: 0 }, write: { timeout: millis(100), retries: 0 } } },
    );
    rig.device.faults.silent = true;
    await expect(rig.settle(surveySwitch(rig.poe, rig.clock))).rejects.toMatchObject({ name: 'SnmpTimeout' });
    await rig.close();
  });
});

const chooseDriver: ChooseDriver = async (_plan, access) => {
  const [identity, { units }] = [await readIdentity(access), await readChassis(access)];
  return identify({ ...identity, models: units.map(({ model }) => model) }).driver;
};

interface Expected {
  readonly name: string;
  readonly driver: string;
  /** Undefined: nothing shows them, and it is said that a person has to. */
  readonly uplinks: readonly string[] | undefined;
  readonly slots: readonly string[] | undefined;
  /** Lines of the proposal, whatever they are wrapped as. */
  readonly says?: readonly RegExp[];
}

/** Read off the recordings: who is heard where, what LLDP and the PoE tables say. */
const EXPECTED: readonly Expected[] = [
  {
    // Raspberry Pis on gi1 and gi7 with power from elsewhere; gi14 to gi16 feed access points; gi18 carries VLANs tagged.
    name: 'linksys-lgs318p',
    driver: 'linksys',
    uplinks: ['gi18'],
    slots: ['gi1', 'gi7'],
    says: [
      /likely: port gi18: it carries 2 VLANs tagged/,
      /Left out. unsure: port gi15: it carries 2 VLANs tagged, 10 MACs are heard here, and it gets power from here/,
      /unsure: port gi7 hears a Raspberry Pi, b8:27:eb:[0-9a-f:]{8}, and delivers nothing/,
      /These ports are not isolated from each other now \(VLANs 1\)/,
    ],
  },
  {
    // LLDP has a bridge on 17 alone, and 200 MACs are there too; ten ports carry all VLANs tagged.
    name: 'hp-6120xg',
    driver: 'hp-procurve',
    uplinks: ['1', '2', '3', '8', '9', '10', '11', '15', '16', '17'],
    slots: undefined,
    says: [
      /sure: port 17: by LLDP a bridge is at the other end, [^,]+, it carries 8 VLANs tagged, 200 MACs/,
      /sure: port 1: it carries 7 VLANs tagged, 22 MACs/,
      /likely: port 2: it carries 7 VLANs tagged/,
    ],
  },
  {
    name: 'tplink-sg2218p',
    driver: 'tp-link',
    uplinks: ['18'],
    slots: undefined,
    says: [/unsure: port gigabitEthernet 1\/0\/18: 46 MACs are heard here/, /budget: 150 W/],
  },
  {
    name: 'juniper-ex4600mp',
    driver: 'juniper',
    uplinks: ['ae0'],
    slots: undefined,
    says: [/does not tell which ports are the members of ae0: add them/, /ssh: \{user: pirack/],
  },
];

describeRecordings('a survey of a recorded switch', () => {
  it.each(EXPECTED)('$name', async ({ name, driver, uplinks, slots, says = [] }) => {
    const clock = new VirtualClock();
    const session = recordingSession(await recordedSwitch(name, [], clock));
    const openSession = () => Promise.resolve(session);
    const poe = openSwitch(planFor(161), { clock, log, secrets, ports: [], openSession, chooseDriver });
    const survey = await surveySwitch(poe, clock);
    expect(survey.driver?.name).toBe(driver);
    const { yaml, incomplete } = proposeFragment(survey, OPTIONS);
    expect(incomplete).toEqual([
      ...(uplinks === undefined ? ['uplinks: the port towards the controller is not known'] : []),
      ...(slots === undefined ? ['slots: no board was found'] : []),
    ]);
    // As a person would complete it.
    const whole =
      yaml.replace('uplinks: []', 'uplinks: [te9]') +
      (slots === undefined ? 'slots: [{slots: 1, switch: sw, ports: x9}]' : '');
    const { plan, problems } = load(HEADER + whole);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan?.switches[0]?.uplinks).toEqual(uplinks ?? ['te9']);
    expect(plan?.slots.map(({ port }) => port)).toEqual(slots ?? ['x9']);
    const text = yaml.replaceAll(/\n *# /g, ' ');
    for (const each of says) expect(text).toMatch(each);
  });
});
