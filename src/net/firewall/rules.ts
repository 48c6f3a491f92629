/**
 * What may come in from a leg, as nftables tables: a tenant is root on its board. Pure.
 *
 * Stateless on purpose: connection tracking would cost every TFTP block, and nothing here needs it. The tables are pirack's
 * own; whatever else the machine filters stays as it is.
 */
import { createHash } from 'node:crypto';
import type { Plan } from '../../rack/plan.ts';
import type { Mac } from '../../wire/address.ts';
import { ARP_LIMITS, limitRules, limitsFor, metersOf } from './limits.ts';

export const TABLE = 'pirack';
/** Legs that may begin no further TCP connection. */
const FULL_LEGS = 'full-legs';

/** One table. */
export interface FirewallSpec {
  readonly family: 'inet' | 'arp';
  readonly sets: readonly FirewallSet[];
  readonly meters: readonly FirewallMeter[];
  readonly chains: readonly FirewallChain[];
}

/** A set of legs that is filled while the rules stand: what is in it is not written beforehand, nor compared. */
export interface FirewallMeter {
  readonly name: string;
  readonly size: number;
  /** `dynamic`: by the kernel, a token bucket for every leg that sent something. `timeout`: by us, for a while. */
  readonly flags: 'dynamic' | 'timeout';
}

export interface FirewallSet {
  readonly name: string;
  readonly type: string;
  readonly interval: boolean;
  /** As nft writes them, in the order of the plan. */
  readonly elements: readonly string[];
}

export interface FirewallChain {
  readonly name: string;
  readonly hook: string;
  readonly rules: readonly FirewallRule[];
}

export interface FirewallRule {
  /** A short word that counters and events call it by. */
  readonly name: string;
  readonly text: string;
  /** Counts what it drops. */
  readonly drops: boolean;
}

export interface FirewallPorts {
  /** UDP ports that TFTP data goes through, by IPv4 and by IPv6. */
  readonly tftp: readonly number[];
  readonly tftp6: readonly number[];
  /** The controller's own hardware addresses on the legs, which no board has. */
  readonly macs?: readonly Mac[];
}

/** Ports of the controller that a board may speak to (docs/ports.md). */
const UDP_SERVICES = [67, 69, 111, 547];
const TFTP = 69;
const TCP_SERVICES = [111, 2049, 20048];

export function firewallFor(plan: Pick<Plan, 'slots'>, ports: FirewallPorts): FirewallSpec {
  const data = [...ports.tftp, ...ports.tftp6];
  const udp = [...UDP_SERVICES, ...data].join(', ');
  const tftp6 = [TFTP, ...ports.tftp6].join(', ');
  const limits = limitsFor(data);
  const each = <T>(elements: (slot: Plan['slots'][number]) => readonly T[]) => plan.slots.flatMap(elements);
  return {
    family: 'inet',
    meters: [
      ...metersOf(limits, plan.slots.length),
      { name: FULL_LEGS, size: Math.max(plan.slots.length, 1), flags: 'timeout' },
    ],
    sets: [
      legsOf(plan),
      // A frame that came back, or a board that plays the controller. Legs of one trunk share one address.
      set('own-macs', 'ether_addr', false, [...new Set(ports.macs)]),
      // The board to the leg's own address, and to the /30's broadcast address.
      set(
        'own4',
        'ifname . ipv4_addr . ipv4_addr',
        false,
        each(({ leg, ipv4 }) =>
          [ipv4.controller, broadcastOf(ipv4.controller)].map((to) => concat(leg, ipv4.board, to)),
        ),
      ),
      set(
        'source6',
        'ifname . ipv6_addr',
        true,
        each(({ leg, ipv6, routed }) => [
          concat(leg, ipv6.network),
          ...(routed === undefined ? [] : [concat(leg, routed)]),
        ]),
      ),
      set(
        'own6',
        'ifname . ipv6_addr',
        false,
        each(({ leg, ipv6 }) => [concat(leg, ipv6.controller)]),
      ),
      set(
        'netboot6',
        'ifname',
        false,
        each(({ leg, netboot }) => (netboot === 'ipv6' ? [quoted(leg)] : [])),
      ),
    ],
    chains: [
      {
        name: 'source',
        // Before connection tracking and routing: what is dropped here costs least.
        hook: 'type filter hook prerouting priority raw; policy accept;',
        rules: [
          pass('not-a-leg', 'iifname != @legs'),
          // No host has a group's address for its own (IEEE 802 §8.2).
          drop('source-mac', 'ether saddr & 01:00:00:00:00:00 != 00:00:00:00:00:00'),
          drop('own-mac', 'ether saddr @own-macs'),
          // Nothing that a board may say to the controller by IPv4 needs more than one packet.
          drop('fragment4', 'meta protocol ip ip frag-off & 0x3fff != 0'),
          pass('own4', 'iifname . ip saddr . ip daddr @own4'),
          pass('dhcp4', 'ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp dport 67'),
          pass('dhcp4-rebind', 'ip daddr 255.255.255.255 udp dport 67 fib saddr . iif oif exists'),
          drop('source4', 'meta protocol ip'),
          pass('own6', 'iifname . ip6 saddr @source6'),
          pass('link-local', 'ip6 saddr fe80::/10'),
          pass('no-address6', `ip6 saddr :: icmpv6 type { ${UNADDRESSED.join(', ')} }`),
          drop('source6', 'meta protocol ip6'),
        ],
      },
      {
        name: 'leg-limits',
        // Before routing: a route to a group or to a link-local address is looked for among those of all legs, one by one.
        hook: 'type filter hook prerouting priority raw + 1; policy accept;',
        rules: [
          pass('not-a-leg', 'iifname != @legs'),
          // What a board says to the world is its own affair. By IPv4 it speaks to nobody else.
          pass('routed6', `${ELSEWHERE} iifname . ip6 daddr != @own6`),
          ...limitRules(limits),
          drop('full-leg', `tcp flags & (syn | ack) == syn iifname @${FULL_LEGS}`),
        ],
      },
      {
        name: 'input',
        hook: 'type filter hook input priority filter; policy accept;',
        rules: [
          pass('not-a-leg', 'iifname != @legs'),
          drop('fragment6', 'meta nfproto ipv6 exthdr frag exists'),
          // Linux takes any of its addresses on any interface: another leg's is not this board's to speak to.
          drop('other-leg6', `${ELSEWHERE} iifname . ip6 daddr != @own6`),
          // Boards mount their roots by IPv4, and no export names an IPv6 address.
          drop('files6', `meta nfproto ipv6 meta l4proto { tcp, udp } th dport { ${TCP_SERVICES.join(', ')} }`),
          pass('icmp', 'meta l4proto { icmp, ipv6-icmp }'),
          // A slot boots over IPv6 only where its rack file says so.
          drop('tftp6', `meta nfproto ipv6 iifname != @netboot6 udp dport { ${tftp6} }`),
          pass('udp-services', `udp dport { ${udp} }`),
          pass('tcp-services', `tcp dport { ${TCP_SERVICES.join(', ')} }`),
          drop('tcp-new', 'tcp flags & (syn | ack) == syn'),
          // Answers to connections that the controller opened: whether sshd is up on the board.
          pass('tcp-answers', 'meta l4proto tcp'),
          drop('input', ''),
        ],
      },
      {
        name: 'forward',
        hook: 'type filter hook forward priority filter; policy accept;',
        rules: [drop('from-leg4', 'iifname @legs meta protocol ip'), drop('to-leg4', 'oifname @legs meta protocol ip')],
      },
    ],
  };
}

/** Neighbours of IPv4 have a family of tables for themselves. */
export function arpFirewallFor(plan: Pick<Plan, 'slots'>): FirewallSpec {
  return {
    family: 'arp',
    meters: metersOf(ARP_LIMITS, plan.slots.length),
    sets: [legsOf(plan)],
    chains: [
      {
        name: 'input',
        hook: 'type filter hook input priority filter; policy accept;',
        rules: [pass('not-a-leg', 'iifname != @legs'), ...limitRules(ARP_LIMITS)],
      },
    ],
  };
}

function legsOf(plan: Pick<Plan, 'slots'>): FirewallSet {
  const legs = plan.slots.map(({ leg }) => quoted(leg));
  return set('legs', 'ifname', false, legs);
}

/** An address that is no group's and holds beyond the leg. */
const ELSEWHERE = 'ip6 daddr != { fe80::/10, ff00::/8 }';

/** What a host without an address may send (RFC 4861 §4.1, §4.3; RFC 3810 §5.2.13). */
const UNADDRESSED = ['nd-router-solicit', 'nd-neighbor-solicit', 'mld2-listener-report'];

/** A script for `nft -f`: one transaction, from nothing or from any older table of ours. */
export function renderFirewall({ family, sets, meters, chains }: FirewallSpec): string {
  const body = [
    ...sets.flatMap(({ name, type, interval, elements }) => [
      `  set ${name} {`,
      `    type ${type};`,
      ...(interval ? ['    flags interval;'] : []),
      ...(elements.length === 0 ? [] : [`    elements = { ${elements.join(', ')} }`]),
      '  }',
    ]),
    ...meters.flatMap(({ name, size, flags }) => [
      `  set ${name} {`,
      '    type ifname;',
      `    size ${size};`,
      `    flags ${flags};`,
      '  }',
    ]),
    ...chains.flatMap(({ name, hook, rules }) => [
      `  chain ${name} {`,
      `    ${hook}`,
      ...rules.map((rule) => `    ${ruleText(rule)}`),
      '  }',
    ]),
  ];
  // A table that is not there cannot be deleted: it is made first.
  const table = `table ${family} ${TABLE}`;
  return [table, `delete ${table}`, `${table} {`, ...body, '}', ''].join('\n');
}

/**
 * A script for `nft -f`: these legs, and no others, may begin no TCP connection to the controller for so many seconds. The
 * kernel lets go of them by itself, so that nobody is held when there is no controller.
 */
export function renderFullLegs(legs: readonly string[], seconds: number): string {
  const set = `inet ${TABLE} ${FULL_LEGS}`;
  const elements = legs.map((leg) => `${quoted(leg)} timeout ${seconds}s`).join(', ');
  return `flush set ${set}\n${legs.length === 0 ? '' : `add element ${set} { ${elements} }\n`}`;
}

function ruleText(rule: FirewallRule): string {
  const verdict = rule.drops ? 'counter drop' : 'accept';
  return `${rule.text} ${verdict} comment "${commentOf(rule)}"`.trimStart();
}

/** Names the rule, and changes with its text: a rule that was edited by hand and kept its comment is not looked for. */
export function commentOf({ name, text, drops }: FirewallRule): string {
  return `${name} ${createHash('sha256').update(`${text} ${drops}`).digest('hex').slice(0, 8)}`;
}

function set(name: string, type: string, interval: boolean, elements: readonly string[]): FirewallSet {
  return { name, type, interval, elements };
}

function pass(name: string, text: string): FirewallRule {
  return { name, text, drops: false };
}

function drop(name: string, text: string): FirewallRule {
  return { name, text, drops: true };
}

function concat(leg: string, ...rest: readonly string[]): string {
  return [quoted(leg), ...rest].join(' . ');
}

/** Interface names have no quotes: they are `vlan` and a number, or what the rack file's check let pass. */
function quoted(leg: string): string {
  if (!/^[\w.-]{1,15}$/.test(leg)) throw new RangeError(`expected the name of a leg such as vlan101, got ${leg}`);
  return `"${leg}"`;
}

/** The last address of the /30 whose first host is the controller. */
function broadcastOf(controller: string): string {
  const last = controller.lastIndexOf('.');
  return `${controller.slice(0, last)}.${Number(controller.slice(last + 1)) + 2}`;
}
