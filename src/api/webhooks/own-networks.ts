import { isIP } from 'node:net';
import type { Plan } from '../../rack/plan.ts';

/** What of a rack no webhook may reach: boards by every prefix of theirs, and switches. */
export function ownNetworks(plan: Plan): string[] {
  const boards = plan.slots.flatMap(({ ipv4, ipv6, routed }) => [
    ipv4.network,
    ipv6.network,
    ...(routed ? [routed] : []),
  ]);
  // Switches of a virtual rack are in namespaces of their own, behind loopback addresses that others have too.
  const real = plan.kind === 'real' ? plan.switches : [];
  const switches = real.map(({ address }) => address).filter((address) => isIP(address) !== 0);
  return [...boards, ...switches];
}
