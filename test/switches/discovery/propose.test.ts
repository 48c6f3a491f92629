import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SnmpPlan } from '../../../src/rack/plan.ts';
import { watts } from '../../../src/rack/units.ts';
import { weighPorts } from '../../../src/switches/discovery/evidence.ts';
import { type ProposalOptions, proposeFragment } from '../../../src/switches/discovery/propose.ts';
import type { Survey } from '../../../src/switches/discovery/survey.ts';
import { driverByName } from '../../../src/switches/drivers/index.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { load } from '../../rack/support/rack-text.ts';
import { CONTROLLER, other, type PortGiven, pi, survey, vlanState } from './surveys.ts';

const V2C: SnmpPlan = { version: '2c', community: { env: 'PIRACK_DESK_COMMUNITY' } };
const V3: SnmpPlan = {
  version: '3',
  user: 'pirack',
  auth: { protocol: 'sha256', key: { file: '/etc/pirack/secrets/desk-auth' } },
  priv: { protocol: 'aes128', key: { file: '/etc/pirack/secrets/desk-priv' } },
};

const options = (change: Partial<ProposalOptions> = {}): ProposalOptions => ({
  name: 'desk',
  address: '192.0.2.10',
  port: 161,
  snmp: V2C,
  controllerMacs: new Set([CONTROLLER]),
  firstSlot: 1,
  ...change,
});

const HEADER = `rack: found
kind: real
zone: found.example.net
trunk: {interface: eth1, vlan_base: 2000}
addresses: {ipv4: 10.20.0.0/16, ipv6: "2001:db8:20::/48"}
`;

/** What \`pirack check\` makes of it. */
function check(of: Survey, change: Partial<ProposalOptions> = {}) {
  const proposal = proposeFragment(of, options(change));
  const { plan, problems } = load(HEADER + proposal.yaml);
  // As it reads where a comment is one line.
  const text = proposal.yaml.replaceAll(/\n *# (?!(sure|likely|unsure|-|Left))/g, ' ');
  return {
    ...proposal,
    text,
    plan,
    problems: problems.map(({ message }) => message),
    errors: problems.filter(({ severity }) => severity === 'error'),
  };
}

const TRUNK: PortGiven = { macs: [CONTROLLER, other(1)] };
const BOARD = (number: number): PortGiven => ({ macs: [pi(number)], delivers: 3.4 });

describe('a proposal for a rack file', () => {
  it('is one that pirack check accepts, with every guess explained', () => {
    const found = check(survey({ ports: { 1: BOARD(1), 2: BOARD(2), 3: BOARD(3), 9: TRUNK } }));
    expect(found.incomplete).toEqual([]);
    expect(found.problems).toEqual([]);
    expect(found.plan?.switches).toMatchObject([
      {
        name: 'desk',
        address: '192.0.2.10',
        port: 161,
        snmp: { version: '2c', community: { env: 'PIRACK_DESK_COMMUNITY' } },
        uplinks: ['gi1/0/9'],
        budget: 370,
        isolation: 'checked',
      },
    ]);
    expect(found.plan?.slots.map(({ slot, port }) => [slot, port])).toEqual([
      [1, 'gi1/0/1'],
      [2, 'gi1/0/2'],
      [3, 'gi1/0/3'],
    ]);
    expect(found.yaml).toContain('# sure: port gi1/0/2 delivers 3.4 W to a Raspberry Pi, b8:27:eb:00:00:02');
    expect(found.yaml).toContain("# sure: port gi1/0/9: the controller's own MAC is heard here");
    expect(found.yaml).toContain('- {slots: "1-3", switch: desk, ports: gi1/0/1-3}');
  });

  it('names SNMPv3 keys, another port, and goes on behind the slots that there are', () => {
    const found = check(survey({ ports: { 5: BOARD(5), 9: TRUNK } }), {
      snmp: V3,
      port: 1161,
      firstSlot: 37,
      address: '2001:db8::1',
    });
    expect(found.problems).toEqual([]);
    expect(found.plan?.switches[0]).toMatchObject({ port: 1161, address: '2001:db8::1', snmp: V3 });
    expect(found.plan?.slots.map(({ slot, port }) => [slot, port])).toEqual([[37, 'gi1/0/5']]);
  });

  it('has entries for runs of ports, and what may be no board as a comment only', () => {
    const found = check(
      survey({
        ports: {
          1: BOARD(1),
          2: { delivers: 5, macs: [other(2)] },
          3: { delivers: 2.5 },
          4: { macs: [pi(4)] },
          5: { delivers: true, macs: [pi(5), other(5)] },
          7: { delivers: 9, bridge: 'lobby-ap' },
          9: TRUNK,
        },
      }),
    );
    expect(found.problems).toEqual([]);
    expect(found.plan?.slots.map(({ slot, port }) => [slot, port])).toEqual([
      [1, 'gi1/0/1'],
      [2, 'gi1/0/3'],
      [3, 'gi1/0/4'],
      [4, 'gi1/0/5'],
    ]);
    expect(found.yaml).toMatch(
      /# unsure: port gi1\/0\/2 delivers 5 W to 00:11:22:33:44:02, which is no Raspberry Pi.*\n.*# - \{slots: \?, switch: desk, ports: gi1\/0\/2\}/,
    );
    expect(found.yaml).toContain('# likely: port gi1/0/3 delivers 2.5 W, and nothing has been heard yet');
    expect(found.text).toContain(
      '# unsure: port gi1/0/4 hears a Raspberry Pi, b8:27:eb:00:00:04, and delivers nothing: it has power from elsewhere',
    );
    expect(found.yaml).toContain('# unsure: port gi1/0/5 hears b8:27:eb:00:00:05 and another MAC');
    expect(found.yaml).toMatch(
      /# Left out\. unsure: port gi1\/0\/7: by LLDP a bridge is at the other end, lobby-ap, and it gets power/,
    );
  });

  it('leaves uplinks empty, and says so, where nothing shows one of several', () => {
    const found = check(survey({ ports: { 1: BOARD(1) } }));
    expect(found.incomplete).toEqual(['uplinks: the port towards the controller is not known']);
    expect(found.yaml).toContain(
      '# Nothing shows which port leads to the controller: put it here. Ports without PoE: gi1/0/9-10.',
    );
    expect(found.errors.map(({ message }) => message)).toEqual(['there are no uplinks']);
    expect(check(survey({ others: 1, ports: { 1: BOARD(1) } }))).toMatchObject({ incomplete: [], errors: [] });
  });

  it('has no slots where there are no boards', () => {
    const found = check(survey({ ports: { 2: { delivers: 5, macs: [other(2)] }, 9: TRUNK } }));
    expect(found.incomplete).toEqual(['slots: no board was found']);
    expect(found.yaml).not.toMatch(/^slots:/m);
    expect(found.yaml).toContain('# - {slots: ?');
  });

  it('takes an aggregate for the uplink with its members, or says that they are not told', () => {
    const aggregates = { 1000: { type: 161, name: 'Po1' } };
    const heard = { 1: BOARD(1), 1000: TRUNK };
    expect(
      check(survey({ aggregates, aggregateOf: { 9: 1000, 10: 1000 }, ports: heard })).plan?.switches[0]?.uplinks,
    ).toEqual(['gi1/0/9', 'gi1/0/10', 'Po1']);
    const untold = check(survey({ aggregates, ports: heard }));
    expect(untold.plan?.switches[0]?.uplinks).toEqual(['Po1']);
    expect(untold.yaml).toContain('# The switch does not tell which ports are the members of Po1: add them.');
  });

  it('keeps the VLANs of ports that are isolated already, and says what is shared otherwise', () => {
    const isolated = vlanState({ 301: [[1], [9]], 302: [[2], [9]], 1: [[3, 4, 5, 6, 7, 8, 10], []] });
    const ports = { 1: BOARD(1), 2: BOARD(2), 9: TRUNK };
    const found = check(survey({ ports, vlans: isolated }));
    expect(found.problems).toEqual([]);
    expect(found.plan?.slots.map(({ vlan }) => vlan)).toEqual([301, 302]);
    const shared = check(survey({ ports, vlans: vlanState({ 1: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], []] }) }));
    expect(shared.plan?.slots.map(({ vlan }) => vlan)).toEqual([2001, 2002]);
    expect(shared.yaml).toMatch(/not isolated from each other now \(VLANs 1\)/);
  });

  it('adds no uplink that is not certain to one that is', () => {
    const many = Array.from({ length: 9 }, (_, n) => other(n + 10));
    const ports = { 1: BOARD(1), 8: { macs: many }, 10: { macs: [...many, other(1)], bridge: 'core' } };
    const found = check(survey({ ports }));
    expect(found.plan?.switches[0]?.uplinks).toEqual(['gi1/0/10']);
    expect(found.text).toContain('# Left out. unsure: port gi1/0/8: 9 MACs are heard here');
    expect(check(survey({ ports: { 1: BOARD(1), 8: { macs: many } } })).plan?.switches[0]?.uplinks).toEqual([
      'gi1/0/8',
    ]);
  });

  it('takes no port with several boards behind it for one', () => {
    const found = check(survey({ ports: { 1: BOARD(1), 2: { macs: [pi(2), pi(3)], delivers: 9 }, 9: TRUNK } }));
    expect(found.plan?.slots.map(({ port }) => port)).toEqual(['gi1/0/1']);
    expect(found.text).toMatch(/port gi1\/0\/2 hears .*: more than one device/);
  });

  it('sees a trunk by its VLANs', () => {
    const trunked = vlanState({ 1: [[1, 2, 3, 4, 5, 6, 7, 8], []], 20: [[], [9]], 30: [[], [9]] });
    expect(check(survey({ ports: { 1: BOARD(1) }, vlans: trunked })).plan?.switches[0]?.uplinks).toEqual(['gi1/0/9']);
  });

  it('says what the switch has no room for', () => {
    const few = vlanState({ 1: [[1, 2, 3, 4, 5, 6, 7, 8, 9], []] }, 2);
    const ports = { 1: BOARD(1), 2: BOARD(2), 9: TRUNK };
    expect(check(survey({ ports, vlans: few })).yaml).toMatch(/room for 2 VLANs and 1 of them are there: too few/);
  });

  it.each([
    [370, 370, /supply says 370 W/],
    [740_000, 740, /taken for milliwatts/],
    [undefined, 7, /does not say what its supply gives/],
    [0, 7, /does not say what its supply gives/],
  ])('has a budget from a supply of %s', (capacity, budget, why) => {
    const main = { capacity: capacity === undefined ? undefined : watts(capacity), consumption: undefined };
    const found = check(survey({ ports: { 1: BOARD(1), 9: TRUNK }, change: { main } }));
    expect(found.plan?.switches[0]?.budget).toBe(budget);
    expect(found.text).toMatch(why);
    expect(found.errors).toEqual([]);
  });

  it('tells what the family keeps for itself and how it is written', () => {
    const ports = { 1: BOARD(1), 9: TRUNK };
    const cisco = check(survey({ ports, change: { driver: driverByName('cisco-ios') } }));
    expect(cisco.plan?.switches[0]?.reservedVlans).toEqual([1002, 1003, 1004, 1005]);
    expect(cisco.plan?.switches[0]?.driver).toBeUndefined();
    const junos = check(survey({ ports, change: { driver: driverByName('juniper') } }));
    expect(junos.yaml).toContain('# ssh: {user: pirack');
    expect(junos.problems).toEqual([]);
  });

  it('says that ports are not proven, and what was not read', () => {
    const change: Partial<Survey> = {
      map: { refused: ['row 1.1: interface 1 does not exist'] },
      missing: ['VLANs could not be read: no answer'],
    };
    const found = check(survey({ ports: { 1: BOARD(1), 9: TRUNK }, change }));
    expect(found.yaml).toContain('Which PoE row is which port is not proven: row 1.1: interface 1 does not exist');
    expect(found.yaml).toContain('Not known: VLANs could not be read: no answer');
    expect(found.text).toContain(
      '# unsure: port gi1/0/1 hears a Raspberry Pi, b8:27:eb:00:00:01; which PoE row it has is not proven',
    );
    expect(found.text).toContain('PoE rows that deliver now: 1.1.');
    expect(found.errors).toEqual([]);
    expect(found.plan?.slots.map(({ port }) => port)).toEqual(['gi1/0/1']);
  });

  it('leaves out a Raspberry Pi on a port that cannot power it', () => {
    const found = check(survey({ ports: { 1: BOARD(1), 10: { macs: [pi(10)] }, 9: TRUNK } }));
    expect(found.plan?.slots.map(({ port }) => port)).toEqual(['gi1/0/1']);
    expect(found.text).toContain(
      '# Left out. unsure: port gi1/0/10: hears a Raspberry Pi, b8:27:eb:00:00:0a, and cannot deliver power',
    );
  });

  it('uses the number beside the socket where the name is none for a rack file', () => {
    const label = (port: number) => `Slot: 0 Port: ${port} Gigabit - Level`;
    expect(weighPorts(survey({ label }), new Set()).map(({ name }) => name)).toEqual(Array(10).fill(undefined));
    const spaced = (port: number) => `Gigabit Port ${port}`;
    const found = check(survey({ label: spaced, ports: { 1: BOARD(1), 2: BOARD(2), 9: TRUNK } }));
    expect(found.problems).toEqual([]);
    expect(found.plan?.slots.map(({ port }) => port)).toEqual(['1', '2']);
    expect(found.plan?.switches[0]?.uplinks).toEqual(['9']);
  });

  it('does not let a switch write into the file', () => {
    const identity = {
      sysObjectID: '1.3',
      sysName: 'x\n  - name: evil',
      sysDescr: `y\r\nslots:\u2028  - {slots: 9} ${'long '.repeat(500)}`,
      upTime: undefined,
    };
    const found = check(
      survey({ ports: { 1: BOARD(1), 8: { bridge: 'core\nuplinks: [1]\u0000' }, 9: TRUNK }, change: { identity } }),
    );
    expect(found.errors).toEqual([]);
    expect(found.plan?.switches.map(({ name }) => name)).toEqual(['desk']);
    expect(found.plan?.slots).toHaveLength(1);
    expect(found.yaml.split('\n').every((line) => line.length < 140)).toBe(true);
  });

  it('is accepted whenever it says that it is complete, and never has a port twice', () => {
    const address = fc.constantFrom(pi(1), pi(2), pi(3), other(1), other(2), CONTROLLER);
    const port = fc.record(
      {
        macs: fc.uniqueArray(address, { maxLength: 4 }) as fc.Arbitrary<Mac[]>,
        delivers: fc.oneof(fc.constant(true as const), fc.double({ min: 0, max: 30, noNaN: true })),
        bridge: fc.string({ unit: 'binary', maxLength: 40 }),
      },
      { requiredKeys: [] },
    );
    const label = fc.oneof(
      fc
        .constantFrom('gi1/0/', 'Port ', 'ge-0/0/', '', '1/', 'Slot: 0 Port: ')
        .map((prefix) => (n: number) => `${prefix}${n}`),
      fc.string({ maxLength: 6 }).map((text) => (n: number) => `${text}${n % 3}`),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => () => text),
    );
    const given = fc.record({
      poePorts: fc.integer({ min: 1, max: 12 }),
      others: fc.integer({ min: 0, max: 3 }),
      ports: fc.dictionary(fc.integer({ min: 1, max: 14 }).map(String), port),
      label,
      capacity: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
      words: fc.string({ unit: 'binary', maxLength: 200 }),
    });
    fc.assert(
      fc.property(given, ({ capacity, words, ...rest }) => {
        const main = { capacity: capacity === undefined ? undefined : watts(capacity), consumption: undefined };
        const identity = { sysObjectID: words, sysName: words, sysDescr: words, upTime: undefined };
        const found = check(survey({ ...rest, change: { main, identity } }));
        if (found.incomplete.length === 0) expect(found.errors).toEqual([]);
        // Whatever it is, it is YAML, and what is wrong with it is what it says itself.
        for (const { message } of found.errors) expect(message).toMatch(/^there are no uplinks$|^slots is missing$/);
      }),
      { numRuns: 150 },
    );
  });
});
