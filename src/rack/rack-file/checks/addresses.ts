import { contains, overlap, type Prefix, parseAddress, subnetCount } from '../../prefix.ts';
import type { Path } from '../problem.ts';
import { type CheckContext, entriesOf } from './context.ts';
import { highestSlot } from './network.ts';

/** The /30s and /64s (and routed prefixes): room for every slot, and nothing else inside them. */
export function checkAddresses(context: CheckContext): void {
  const { ipv4, ipv6, routed } = context.draft.addresses ?? {};
  const highest = highestSlot(context.draft.slots);
  checkRoom(context, ['addresses', 'ipv4'], ipv4, 30, highest);
  // Number 0 is left to the rack itself, so that the number in the address is the slot's.
  checkRoom(context, ['addresses', 'ipv6'], ipv6, 64, highest + 1);
  checkRoom(context, ['addresses', 'routed', 'prefix'], routed?.prefix, routed?.length, highest + 1);
  if (ipv6 && routed?.prefix && overlap(ipv6, routed.prefix)) {
    const message = `${routed.prefix.text} overlaps addresses.ipv6 ${ipv6.text}`;
    context.report(['addresses', 'routed', 'prefix'], message, 'a prefix of its own');
  }
  checkNat64(context);
  for (const prefix of [ipv4, ipv6, routed?.prefix]) if (prefix) checkSwitchAddresses(context, prefix);
}

function checkRoom(
  context: CheckContext,
  path: Path,
  prefix: Prefix | undefined,
  length: number | undefined,
  needed: number,
): void {
  if (prefix === undefined || length === undefined) return;
  if (length < prefix.length) {
    const message = `/${length} is larger than ${prefix.text}, which it is cut from`;
    context.report([...path.slice(0, -1), 'length'], message, `a length from ${prefix.length} to 64`);
    return;
  }
  const holds = subnetCount(prefix, length);
  if (holds >= BigInt(needed)) return;
  const enough = length - Math.ceil(Math.log2(needed));
  const from = length === 30 ? 'from the first' : 'numbered by slot';
  const message = `${prefix.text} holds ${holds} prefixes /${length}, the slots need ${needed} (${from})`;
  context.report(path, message, `a prefix of length ${enough} or shorter`);
}

function checkSwitchAddresses(context: CheckContext, prefix: Prefix): void {
  for (const [index, item] of entriesOf(context.draft.switches)) {
    const address = item.address === undefined ? undefined : parseAddress(item.address);
    if (!address || !contains(prefix, address)) continue;
    const message = `the address of switch ${item.name ?? index + 1} lies in ${prefix.text}, which is the boards'`;
    context.report(['switches', index, 'address'], message, 'an address outside the address plan');
  }
}

/** PREF64 knows these lengths only (RFC 8781 §4). */
const NAT64_LENGTHS = [32, 40, 48, 56, 64, 96];

function checkNat64({ draft, report }: CheckContext): void {
  const nat64 = draft.ipv6?.nat64;
  if (nat64 === undefined || NAT64_LENGTHS.includes(nat64.length)) return;
  const expected = `a length of ${NAT64_LENGTHS.join(', ')}, such as 64:ff9b::/96`;
  report(['ipv6', 'nat64'], `nat64: no NAT64 prefix has the length ${nat64.length}`, expected);
}
