/** A client's message with its options read, held against the rules of RFC 8415 §16. */
import {
  type Dhcpv6Packet,
  type Duid,
  findOption6,
  type IaNa,
  type IaPd,
  MessageType6,
  messageType6Name,
  Option6,
  readCodes,
  readDuid,
  readElapsed,
  readIaNa,
  readIaPd,
  readIaTaId,
} from '../../wire/dhcpv6/index.ts';
import { sameBytes } from './leg.ts';

export interface ClientMessage6 {
  readonly type: MessageType6;
  readonly transactionId: number;
  /** Undefined for an INFORMATION-REQUEST of a client that does not say. */
  readonly duid: Duid | undefined;
  readonly serverId: Uint8Array | undefined;
  readonly addresses: readonly IaNa[];
  readonly temporary: readonly number[];
  readonly prefixes: readonly IaPd[];
  readonly requested: ReadonlySet<number>;
  readonly rapidCommit: boolean;
  /** RFC 5970 §3.3: a client that names one is firmware. */
  readonly architectures: readonly number[];
  /** Hundredths of a second. */
  readonly elapsed: number;
}

/** Why a message gets no answer, as a short word to count by. */
export type IgnoreCause6 =
  | 'server-message'
  | 'unknown-type'
  | 'no-client-id'
  | 'no-server-id'
  | 'unexpected-server-id'
  | 'other-server'
  | 'identity-association'
  | 'unicast'
  | 'nothing-to-confirm';

export type Refusal6 = { readonly cause: IgnoreCause6; readonly reason: string };

interface Rules {
  readonly clientId: boolean;
  readonly serverId: 'needed' | 'forbidden' | 'optional';
  /** What to do with one that was sent to the server's own address: it was never told that it may (§16). */
  readonly unicast: 'discard' | 'refuse';
}

/** RFC 8415 §16.2 to §16.12 and the last paragraphs of §16. */
const RULES: Readonly<Partial<Record<number, Rules>>> = Object.freeze({
  [MessageType6.solicit]: { clientId: true, serverId: 'forbidden', unicast: 'discard' },
  [MessageType6.request]: { clientId: true, serverId: 'needed', unicast: 'refuse' },
  [MessageType6.confirm]: { clientId: true, serverId: 'forbidden', unicast: 'discard' },
  [MessageType6.renew]: { clientId: true, serverId: 'needed', unicast: 'refuse' },
  [MessageType6.rebind]: { clientId: true, serverId: 'forbidden', unicast: 'discard' },
  [MessageType6.release]: { clientId: true, serverId: 'needed', unicast: 'refuse' },
  [MessageType6.decline]: { clientId: true, serverId: 'needed', unicast: 'refuse' },
  [MessageType6.informationRequest]: { clientId: false, serverId: 'optional', unicast: 'discard' },
});

/** Reads the options. Throws a DecodeError where one that the answer depends on cannot be read. */
export function readClientMessage6(packet: Dhcpv6Packet): ClientMessage6 {
  const one = (code: number) => findOption6(packet.options, code);
  const all = (code: number) => packet.options.filter((option) => option.code === code).map(({ value }) => value);
  const clientId = one(Option6.clientId);
  const requested = one(Option6.optionRequest);
  const architectures = one(Option6.clientArchitecture);
  const elapsed = one(Option6.elapsedTime);
  return {
    type: packet.type as MessageType6,
    transactionId: packet.transactionId,
    duid: clientId === undefined ? undefined : readDuid(Option6.clientId, clientId),
    serverId: one(Option6.serverId),
    addresses: all(Option6.iaNa).map(readIaNa),
    temporary: all(Option6.iaTa).map(readIaTaId),
    prefixes: all(Option6.iaPd).map(readIaPd),
    requested: new Set(requested === undefined ? [] : readCodes(Option6.optionRequest, requested)),
    rapidCommit: one(Option6.rapidCommit) !== undefined,
    architectures: architectures === undefined ? [] : readCodes(Option6.clientArchitecture, architectures),
    elapsed: elapsed === undefined ? 0 : readElapsed(elapsed),
  };
}

/** Why the message may not be answered at all; `use-multicast`: it is answered with that status and nothing else. */
export function validate(
  message: ClientMessage6,
  serverId: Uint8Array,
  unicast: boolean,
): Refusal6 | 'use-multicast' | undefined {
  const name = messageType6Name(message.type);
  const rules = RULES[message.type];
  if (rules === undefined) {
    const known = message.type >= MessageType6.solicit && message.type <= MessageType6.relayReply;
    return known
      ? { cause: 'server-message', reason: `${name} is a server’s to send` }
      : { cause: 'unknown-type', reason: name };
  }
  if (rules.clientId && message.duid === undefined) {
    return { cause: 'no-client-id', reason: `${name} without a client identifier` };
  }
  if (rules.serverId === 'needed' && message.serverId === undefined) {
    return { cause: 'no-server-id', reason: `${name} without a server identifier` };
  }
  if (rules.serverId === 'forbidden' && message.serverId !== undefined) {
    return { cause: 'unexpected-server-id', reason: `${name} with a server identifier` };
  }
  if (message.serverId !== undefined && !sameBytes(message.serverId, serverId)) {
    return { cause: 'other-server', reason: `${name} for another server` };
  }
  const { addresses, temporary, prefixes } = message;
  if (message.type === MessageType6.informationRequest && addresses.length + temporary.length + prefixes.length > 0) {
    return { cause: 'identity-association', reason: `${name} with an identity association` };
  }
  if (!unicast) return undefined;
  return rules.unicast === 'refuse'
    ? 'use-multicast'
    : { cause: 'unicast', reason: `${name} to the server’s own address` };
}
