/**
 * How much of each kind one leg may send to the controller: a token bucket for every leg, in the kernel. The servers have
 * buckets of their own; but they read from sockets that all legs share, and what fills such a socket's buffer has thrown
 * out the packets of others before anybody could judge it. Pure.
 */
import type { FirewallMeter, FirewallRule } from './rules.ts';

interface Limit {
  readonly name: string;
  readonly match: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** A little above what the servers allow, so that what a leg does wrong is counted there too. */
const SERVICES: readonly Limit[] = Object.freeze([
  { name: 'dhcp4', match: 'udp dport 67', perSecond: 60, burst: 120 },
  // Answers go to link-local addresses that the board makes up, and each is a neighbour to be found: see `icmp6`.
  { name: 'dhcp6', match: 'udp dport 547', perSecond: 10, burst: 30 },
  { name: 'tftp', match: 'udp dport 69', perSecond: 120, burst: 360 },
  { name: 'rpcbind', match: 'udp dport 111', perSecond: 10, burst: 30 },
  { name: 'icmp', match: 'meta l4proto icmp', perSecond: 50, burst: 100 },
  // Who solicits becomes a neighbour, and all legs share one table (gc_thresh3), which is emptied of what is older than
  // five seconds when it fills up. A host with a dozen addresses sends no ten of these a second.
  { name: 'icmp6', match: 'meta l4proto ipv6-icmp', perSecond: 10, burst: 30 },
  { name: 'syn', match: 'tcp flags & (syn | ack) == syn', perSecond: 10, burst: 50 },
]);

/** Every block is acknowledged: a Pi 4 that loads at the speed of its wire sends some 12,000 ACKs a second. */
const TRANSFERS = { name: 'tftp-data', perSecond: 20_000, burst: 4000 };

/** RFC 826 asks once per packet that waits; nobody asks more often than this for one address. */
const ARP: Limit = { name: 'arp', match: '', perSecond: 50, burst: 100 };

export const ARP_LIMITS: readonly Limit[] = [ARP];

export function limitsFor(tftp: readonly number[]): readonly Limit[] {
  return tftp.length === 0 ? SERVICES : [...SERVICES, { ...TRANSFERS, match: `udp dport { ${tftp.join(', ')} }` }];
}

/** Room for every leg, and never for more: who is no leg does not come this far. */
export function metersOf(limits: readonly Limit[], legs: number): FirewallMeter[] {
  return limits.map(({ name }) => ({ name: meterName(name), size: Math.max(legs, 1), flags: 'dynamic' }));
}

/** Rules that drop what is over. */
export function limitRules(limits: readonly Limit[]): FirewallRule[] {
  return limits.map(({ name, match, perSecond, burst }) => {
    const over = `{ iifname limit rate over ${perSecond}/second burst ${burst} packets }`;
    return { name: `over-${name}`, text: `${match} update @${meterName(name)} ${over}`.trimStart(), drops: true };
  });
}

function meterName(limit: string): string {
  return `rate-${limit}`;
}
