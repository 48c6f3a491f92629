/** Where webhooks may not lead: a customer's address must reach nothing that the API can reach and the customer cannot. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Prefix = [ipaddr.IPv4 | ipaddr.IPv6, number];

export interface AddressRules {
  /** Prefixes of the rack: its boards, its switches. */
  readonly own: readonly string[];
  /** Addresses of this machine, as they are now. */
  readonly local: () => readonly string[];
  /** Prefixes that the rack file allows although the rules would not. */
  readonly allowed: readonly string[];
}

export class AddressPolicy {
  readonly #own: readonly Prefix[];
  readonly #allowed: readonly Prefix[];
  readonly #local: AddressRules['local'];

  constructor({ own, local, allowed }: AddressRules) {
    this.#own = own.map(prefixOf);
    this.#allowed = allowed.map(prefixOf);
    this.#local = local;
  }

  /** Why nothing is sent to this address; undefined: it may be. */
  refusal(text: string): string | undefined {
    if (isIP(text) === 0) return 'it is no address';
    // `::ffff:10.0.0.1` is 10.0.0.1.
    const address = ipaddr.process(text);
    // `::192.0.2.1` (RFC 4291 §2.5.5.1) is read as that IPv4 address too, and is another one to connect to.
    if (isIP(text) === 6 && address.kind() === 'ipv4' && !MAPPED.test(text)) return 'it is not public';
    if (this.#own.some((prefix) => within(address, prefix))) return 'it is of the rack';
    if (this.#allowed.some((prefix) => within(address, prefix))) return undefined;
    if (this.#local().some((own) => ipaddr.process(own).toString() === address.toString())) return 'it is of the rack';
    // Everything but global unicast: private, loopback, link-local, multicast, NAT64, 6to4, Teredo, documentation …
    if (address.range() !== 'unicast') return 'it is not public';
    if (address instanceof ipaddr.IPv6 && !within(address, GLOBAL_UNICAST)) return 'it is not public';
    return undefined;
  }
}

const MAPPED = /^::ffff:/i;
/** All of IPv6 that is given out (IANA). */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

function prefixOf(text: string): Prefix {
  return text.includes('/') ? ipaddr.parseCIDR(text) : ipaddr.parseCIDR(`${text}/${text.includes(':') ? 128 : 32}`);
}

function within(address: ipaddr.IPv4 | ipaddr.IPv6, [network, length]: Prefix): boolean {
  return address.kind() === network.kind() && address.match(network, length);
}
