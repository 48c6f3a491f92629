/** The controller's address towards the simulated switches. */
import type { Plan } from '../../rack/plan.ts';
import { contains, type ParsedAddress, parseAddress, parsePrefix } from '../../rack/prefix.ts';

/** From ranges that are set aside for benchmarks and documentation: no rack has a use for them. */
const CANDIDATES = {
  4: ['198.18.255.254', '192.0.2.254', '198.51.100.254', '203.0.113.254'],
  6: ['2001:2::fffe', '2001:db8:ffff:ffff::fffe'],
} as const;

/** The first candidate that is in no range of the plan and no switch's address. */
export function managementSource(plan: Plan, family: 4 | 6): string {
  const prefixes = plan.slots
    .flatMap(({ ipv4, ipv6, routed }) => (family === 4 ? [ipv4.network] : [ipv6.network, ...(routed ? [routed] : [])]))
    .map((text) => parsePrefix(text, family));
  const taken = new Set(plan.switches.map(({ address }) => parseAddress(address)?.text));
  const free = CANDIDATES[family].find((text) => {
    const candidate = parseAddress(text) as ParsedAddress;
    return !taken.has(candidate.text) && !prefixes.some((prefix) => contains(prefix, candidate));
  });
  if (free === undefined) {
    throw new RangeError(
      `expected one of ${CANDIDATES[family].join(', ')} to be free for the controller's side of the management link; the plan uses them all`,
    );
  }
  return free;
}
