/** What the identity associations of a message get, on a leg that has one address and at most one prefix to give. */
import {
  type IaAddress,
  type IaNa,
  type IaPd,
  type IaPrefix,
  iaNaOption,
  iaPdOption,
  iaTaOption,
  type Option6Value,
  type Status,
  StatusCode,
} from '../../wire/dhcpv6/index.ts';
import { ipv6Text } from '../../wire/ipv6-text.ts';
import { isOnLink, type PreparedLeg6, sameBytes } from './leg.ts';
import type { ClientMessage6 } from './request.ts';
import type { Decide6Settings } from './settings.ts';

/** What a client holds from now on, or no longer. */
export interface Binding6 {
  readonly kind: 'address' | 'prefix';
  readonly iaid: number;
  /** `2001:db8:20:1::2` or `2001:db8:4000:100::/56`. */
  readonly lease: string;
}

export interface Associations {
  readonly options: readonly Option6Value[];
  readonly bindings: readonly Binding6[];
}

/**
 * - `offer`: SOLICIT, where what the client names is a hint (RFC 8415 §18.3.1)
 * - `give`: REQUEST, where an address of another link is refused (§18.3.2)
 * - `renew`: RENEW and REBIND, where the leases that the client may no longer use are told back with lifetimes of zero
 */
export type Manner = 'offer' | 'give' | 'renew';

const NO_ADDRESS: Status = { code: StatusCode.noAddrsAvail, message: 'this port has one address' };
const NO_TEMPORARY: Status = { code: StatusCode.noAddrsAvail, message: 'no temporary addresses are given out' };
const NO_PREFIX: Status = { code: StatusCode.noPrefixAvail, message: 'no further prefix is routed to this port' };
const NO_BINDING: Status = { code: StatusCode.noBinding, message: 'not of this port' };
const NOT_ON_LINK: Status = { code: StatusCode.notOnLink, message: 'not of the prefix of this port' };

export function giveLeases(
  message: ClientMessage6,
  leg: PreparedLeg6,
  settings: Decide6Settings,
  manner: Manner,
): Associations {
  const options: Option6Value[] = [];
  const bindings: Binding6[] = [];
  const addressed = preferredOf(message.addresses, ({ leases }) =>
    leases.some(({ address }) => sameBytes(address, leg.boardBytes)),
  );
  for (const ia of message.addresses) {
    if (manner === 'give' && ia.leases.some(({ address }) => !isOnLink(leg, address) && !isZero(address))) {
      // RFC 8415 §18.3.2. The client asks again, without the address of the place it came from.
      options.push(iaNaOption(emptyIa(ia.iaid, NOT_ON_LINK)));
    } else if (ia !== addressed) {
      options.push(iaNaOption({ ...emptyIa(ia.iaid, NO_ADDRESS), leases: ended(ia.leases, leg.boardBytes, manner) }));
    } else {
      options.push(iaNaOption(grantAddress(ia, leg, settings, manner)));
      bindings.push({ kind: 'address', iaid: ia.iaid, lease: leg.board });
    }
  }
  for (const iaid of message.temporary) options.push(iaTaOption(iaid, NO_TEMPORARY));
  const { routed, routedBytes } = leg;
  const delegated = preferredOf(message.prefixes, ({ leases }) => leases.some((prefix) => isRouted(leg, prefix)));
  for (const ia of message.prefixes) {
    if (ia !== delegated || routed === undefined || routedBytes === undefined) {
      options.push(iaPdOption({ ...emptyIa(ia.iaid, NO_PREFIX), leases: endedPrefixes(ia.leases, leg, manner) }));
    } else {
      const { preferred, valid } = settings;
      const granted = [{ ...routedBytes, preferred, valid }, ...endedPrefixes(ia.leases, leg, manner)];
      options.push(iaPdOption({ iaid: ia.iaid, ...times(settings), leases: granted }));
      bindings.push({ kind: 'prefix', iaid: ia.iaid, lease: `${routed.prefix}/${routed.length}` });
    }
  }
  return { options, bindings };
}

/** RELEASE and DECLINE (RFC 8415 §18.3.7, §18.3.8): what the client gives back, and what it never had. */
export function endLeases(message: ClientMessage6, leg: PreparedLeg6): Associations {
  const options: Option6Value[] = [];
  const bindings: Binding6[] = [];
  for (const ia of message.addresses) {
    if (ia.leases.some(({ address }) => sameBytes(address, leg.boardBytes))) {
      bindings.push({ kind: 'address', iaid: ia.iaid, lease: leg.board });
    } else options.push(iaNaOption(emptyIa(ia.iaid, NO_BINDING)));
  }
  for (const ia of message.prefixes) {
    if (leg.routed !== undefined && ia.leases.some((prefix) => isRouted(leg, prefix))) {
      bindings.push({ kind: 'prefix', iaid: ia.iaid, lease: `${leg.routed.prefix}/${leg.routed.length}` });
    } else options.push(iaPdOption(emptyIa(ia.iaid, NO_BINDING)));
  }
  return { options, bindings };
}

/** Of several associations the one that names the lease, else the first: there is one lease, and one can have it. */
function preferredOf<Ia>(associations: readonly Ia[], namesOurs: (ia: Ia) => boolean): Ia | undefined {
  return associations.find(namesOurs) ?? associations[0];
}

function grantAddress(ia: IaNa, leg: PreparedLeg6, settings: Decide6Settings, manner: Manner): IaNa {
  const { preferred, valid } = settings;
  const ours: IaAddress = { address: leg.boardBytes, preferred, valid };
  return { iaid: ia.iaid, ...times(settings), leases: [ours, ...ended(ia.leases, leg.boardBytes, manner)] };
}

/** Addresses that are not the leg's: a client that renews them is told that they are over (§18.3.4). */
function ended(leases: readonly IaAddress[], ours: Uint8Array, manner: Manner): IaAddress[] {
  if (manner !== 'renew') return [];
  return leases
    .filter(({ address }) => !sameBytes(address, ours))
    .map(({ address }) => ({ address, preferred: 0, valid: 0 }));
}

function endedPrefixes(leases: readonly IaPrefix[], leg: PreparedLeg6, manner: Manner): IaPrefix[] {
  if (manner !== 'renew') return [];
  return leases
    .filter((prefix) => !isRouted(leg, prefix))
    .map(({ prefix, length }) => ({ prefix, length, preferred: 0, valid: 0 }));
}

function isRouted({ routedBytes }: PreparedLeg6, { prefix, length }: Pick<IaPrefix, 'prefix' | 'length'>): boolean {
  return routedBytes !== undefined && routedBytes.length === length && sameBytes(routedBytes.prefix, prefix);
}

/** Half and eight tenths of the preferred lifetime (§14.2 recommends these). */
function times({ preferred }: Decide6Settings): { readonly t1: number; readonly t2: number } {
  return { t1: Math.floor(preferred * 0.5), t2: Math.floor(preferred * 0.8) };
}

function emptyIa(iaid: number, status: Status): IaNa & IaPd {
  return { iaid, t1: 0, t2: 0, leases: [], status };
}

function isZero(address: Uint8Array): boolean {
  return address.every((byte) => byte === 0);
}

/** The addresses that a client names, for people. */
export function namedAddresses(message: ClientMessage6): string {
  return message.addresses.flatMap(({ leases }) => leases.map(({ address }) => ipv6Text(address))).join(', ');
}
