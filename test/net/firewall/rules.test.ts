import { describe, expect, it } from 'vitest';
import { differences, firewallFor, parseFirewall, renderFirewall } from '../../../src/net/firewall/index.ts';
import { commentOf, type FirewallSpec } from '../../../src/net/firewall/rules.ts';
import { makePlan } from '../../support/plan.ts';

const spec = firewallFor(makePlan(2), { tftp: [40001, 40002], tftp6: [] });
const text = renderFirewall(spec);

/** What nft would say of a table that is exactly as written. */
function listing(
  { sets, meters, chains }: FirewallSpec,
  change: (entries: Record<string, unknown>[]) => void = () => {},
) {
  const element = (one: string) => {
    const [leg, ...rest] = one.replaceAll('"', '').split(' . ');
    if (rest.length === 0) return leg;
    const parts = rest.map((part) => {
      const [addr, len] = part.split('/');
      return len === undefined ? addr : { prefix: { addr, len: Number(len) } };
    });
    return { concat: [leg, ...parts] };
  };
  const entries: Record<string, unknown>[] = [
    { table: { family: 'inet', name: 'pirack' } },
    ...sets.map(({ name, elements }) => ({ set: { table: 'pirack', name, elem: elements.map(element) } })),
    ...meters.map(({ name }) => ({ set: { table: 'pirack', name, size: 2 } })),
    ...chains.map(({ name }) => ({ chain: { table: 'pirack', name } })),
    ...chains.flatMap(({ name, rules }) =>
      rules.map((rule) => ({
        rule: {
          table: 'pirack',
          chain: name,
          comment: commentOf(rule),
          expr: rule.drops ? [{ counter: { packets: 7, bytes: 1 } }, { drop: null }] : [{ accept: null }],
        },
      })),
    ),
  ];
  change(entries);
  return JSON.stringify({ nftables: entries });
}

describe('the rules of the legs', () => {
  it('let a board speak IPv4 to its own leg’s address and to no other', () => {
    expect(spec.sets.find(({ name }) => name === 'own4')?.elements).toEqual([
      '"vlan101" . 10.20.0.2 . 10.20.0.1',
      '"vlan101" . 10.20.0.2 . 10.20.0.3',
      '"vlan102" . 10.20.0.6 . 10.20.0.5',
      '"vlan102" . 10.20.0.6 . 10.20.0.7',
    ]);
  });

  it('let it send from its own /64 and its routed prefix', () => {
    const plan = makePlan(1);
    const slots = plan.slots.map((slot) => ({ ...slot, routed: '2001:db8:4000:100::/56' }));
    expect(
      firewallFor({ slots }, { tftp: [], tftp6: [] }).sets.find(({ name }) => name === 'source6')?.elements,
    ).toEqual(['"vlan101" . 2001:db8:0:1::/64', '"vlan101" . 2001:db8:4000:100::/56']);
  });

  it('let TFTP by IPv6 in from slots that boot over it, and from no other', () => {
    const plan = makePlan(2);
    const slots = plan.slots.map((slot) => ({ ...slot, netboot: slot.slot === 2 ? ('ipv6' as const) : slot.netboot }));
    const { sets, chains } = firewallFor({ slots }, { tftp: [40001], tftp6: [50001] });
    expect(sets.find(({ name }) => name === 'netboot6')?.elements).toEqual(['"vlan102"']);
    const input = chains.find(({ name }) => name === 'input')?.rules ?? [];
    const names = input.map(({ name }) => name);
    expect(names.indexOf('tftp6')).toBeLessThan(names.indexOf('udp-services'));
    expect(input.find(({ name }) => name === 'tftp6')).toMatchObject({
      text: 'meta nfproto ipv6 iifname != @netboot6 udp dport { 69, 50001 }',
      drops: true,
    });
    expect(input.find(({ name }) => name === 'udp-services')?.text).toContain('40001, 50001');
  });

  it('drop what is above the limits before a route is looked for', () => {
    const over = spec.chains.filter(({ rules }) => rules.some(({ name }) => name.startsWith('over-')));
    expect(over.map(({ hook }) => hook)).toEqual(['type filter hook prerouting priority raw + 1; policy accept;']);
  });

  it('are one transaction that replaces what was there', () => {
    expect(text.split('\n').slice(0, 3)).toEqual([
      'table inet pirack',
      'delete table inet pirack',
      'table inet pirack {',
    ]);
    expect(text).toContain('udp dport { 67, 69, 111, 547, 40001, 40002 } accept');
  });

  it('name only legs that are names', () => {
    const plan = makePlan(1);
    const slots = plan.slots.map((slot) => ({ ...slot, leg: 'vlan1"; drop' }));
    expect(() => firewallFor({ slots }, { tftp: [], tftp6: [] })).toThrow(/expected the name of a leg/);
  });

  it('of an empty rack are a table all the same', () => {
    expect(renderFirewall(firewallFor({ slots: [] }, { tftp: [], tftp6: [] }))).toContain(
      'set legs {\n    type ifname;\n  }',
    );
  });
});

describe('reading them back', () => {
  it('as written: no difference, and what was dropped by rule', () => {
    const seen = parseFirewall(listing(spec));
    expect(differences(spec, seen)).toEqual([]);
    expect(seen.drops.get('source4')).toBe(7);
    expect(seen.drops.get('own4')).toBeUndefined();
  });

  it('another table is none of ours', () => {
    const other = JSON.stringify({ nftables: [{ set: { table: 'docker', name: 'legs', elem: [] } }] });
    expect(differences(spec, parseFirewall(other)).length).toBeGreaterThan(0);
  });

  it.each<[string, (entries: Record<string, unknown>[]) => void, RegExp]>([
    ['nothing at all', (entries) => entries.splice(0), /set legs lacks "vlan101", "vlan102"/],
    [
      'a leg that was added',
      (entries) => (entries[1]!.set as { elem: string[] }).elem.push('eth0'),
      /set legs has "eth0" too/,
    ],
    [
      'an address that was taken away',
      (entries) => (entries[3]!.set as { elem: unknown[] }).elem.shift(),
      /set own4 lacks "vlan101" \. 10\.20\.0\.2 \. 10\.20\.0\.1/,
    ],
    [
      'a rule that was edited',
      (entries) => {
        (entries.at(-1)!.rule as { comment: string }).comment = 'to-leg4 00000000';
      },
      /chain forward has the rules .*to-leg4 00000000; expected/,
    ],
    [
      'a rule before ours',
      (entries) => {
        const first = entries.findIndex((entry) => 'rule' in entry);
        entries.splice(first, 0, { rule: { table: 'pirack', chain: 'source', expr: [{ accept: null }] } });
      },
      /chain source has the rules/,
    ],
  ])('%s', (_what, change, message) => {
    expect(differences(spec, parseFirewall(listing(spec, change))).join('; ')).toMatch(message);
  });
});
