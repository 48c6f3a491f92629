/** What to do about a client's message: RFC 8415 §18.3 for a leg that has one address and at most one prefix to give. */
import type { Milestone } from '../../rack/milestone.ts';
import type { Mac } from '../../wire/address.ts';
import { DecodeError } from '../../wire/cursor.ts';
import {
  type Dhcpv6Packet,
  type Duid,
  duidBytes,
  duidMac,
  MessageType6,
  messageType6Name,
  Option6,
  type Option6Value,
  type Status,
  StatusCode,
  statusValue,
} from '../../wire/dhcpv6/index.ts';
import { type Associations, type Binding6, endLeases, giveLeases, namedAddresses } from './associations.ts';
import { bootFileUrl, type FirmwareKind6, firmwareKind } from './boot-file.ts';
import { isOnLink, type PreparedLeg6 } from './leg.ts';
import { type ClientMessage6, type IgnoreCause6, readClientMessage6, validate } from './request.ts';
import type { Decide6Settings } from './settings.ts';

export interface Question6 {
  readonly packet: Dhcpv6Packet;
  readonly leg: PreparedLeg6;
  /** The datagram came to an address of the server, not to ff02::1:2. */
  readonly unicast: boolean;
  readonly settings: Decide6Settings;
}

export type Decision6 = Ignored6 | Answer6;

export interface Ignored6 {
  readonly outcome: 'ignored';
  readonly cause: IgnoreCause6 | 'malformed-option';
  /** One sentence for a person. */
  readonly reason: string;
}

export interface Answer6 {
  readonly outcome: 'advertise' | 'reply';
  /** The message that is answered. */
  readonly type: MessageType6;
  readonly reason: string;
  readonly reply: Dhcpv6Packet;
  /** What is held from now on, or ended. Where there is any, the answer may leave only once it is on disk. */
  readonly effect: 'grant' | 'end' | undefined;
  readonly bindings: readonly Binding6[];
  readonly observation: Observation6;
  /** Firmware that boots over IPv6: the kernel must know where it is before the answer leaves. */
  readonly boots: boolean;
  /** Reached by the message itself. */
  readonly heard?: Milestone;
  /** Reached when the answer has left. */
  readonly sent?: Milestone;
}

/** What the message tells of the board; claims, all of it. */
export interface Observation6 {
  readonly kind: ClientKind6;
  readonly duid: Duid | undefined;
  /** From the DUID, which may be of another interface or another machine. */
  readonly mac: Mac | undefined;
}

export type ClientKind6 = FirmwareKind6 | 'os';

/** The highest preference (§18.2.1): the client need not wait for another server. */
const BEST = Uint8Array.of(255);

/** Decides about one message. Never throws for what a client may send. */
export function decide6(question: Question6): Decision6 {
  let message: ClientMessage6;
  try {
    message = readClientMessage6(question.packet);
  } catch (error) {
    if (error instanceof DecodeError) return { outcome: 'ignored', cause: 'malformed-option', reason: error.message };
    throw error;
  }
  const verdict = validate(message, question.leg.serverId, question.unicast);
  if (verdict === 'use-multicast') {
    const status = { code: StatusCode.useMulticast, message: 'send to ff02::1:2' };
    return answer(question, message, 'reply', [statusOption(status)], 'was sent to the server’s own address');
  }
  if (verdict !== undefined) return { outcome: 'ignored', ...verdict };
  switch (message.type) {
    case MessageType6.solicit:
      return decideSolicit(question, message);
    case MessageType6.request:
      return grant(question, message, giveLeases(message, question.leg, question.settings, 'give'));
    case MessageType6.renew:
    case MessageType6.rebind:
      return grant(question, message, giveLeases(message, question.leg, question.settings, 'renew'));
    case MessageType6.confirm:
      return decideConfirm(question, message);
    case MessageType6.release:
    case MessageType6.decline:
      return decideEnd(question, message);
    default:
      return answer(question, message, 'reply', [], 'parameters');
  }
}

/** §18.3.1, with rapid commit §18.3.1 and §21.14. */
function decideSolicit(question: Question6, message: ClientMessage6): Answer6 {
  const given = giveLeases(message, question.leg, question.settings, 'offer');
  if (message.rapidCommit && given.bindings.length > 0) {
    const rapid = { code: Option6.rapidCommit, value: new Uint8Array() };
    return grant(question, message, { ...given, options: [rapid, ...given.options] });
  }
  const preference = { code: Option6.preference, value: BEST };
  return answer(question, message, 'advertise', [preference, ...given.options], `advertised ${named(given.bindings)}`);
}

function grant(question: Question6, message: ClientMessage6, given: Associations): Answer6 {
  const decided = answer(question, message, 'reply', given.options, `given ${named(given.bindings)}`);
  return given.bindings.length === 0 ? decided : { ...decided, effect: 'grant', bindings: given.bindings };
}

/** §18.3.3: is the client still where its addresses are good? */
function decideConfirm(question: Question6, message: ClientMessage6): Decision6 {
  const addresses = message.addresses.flatMap(({ leases }) => leases.map(({ address }) => address));
  if (addresses.length === 0) {
    return { outcome: 'ignored', cause: 'nothing-to-confirm', reason: 'CONFIRM without an address' };
  }
  const good = addresses.every((address) => isOnLink(question.leg, address));
  const status = good
    ? { code: StatusCode.success, message: 'all addresses are of this port' }
    : { code: StatusCode.notOnLink, message: 'not of the prefix of this port' };
  return answer(question, message, 'reply', [statusOption(status)], `${namedAddresses(message)}: ${status.message}`);
}

function decideEnd(question: Question6, message: ClientMessage6): Answer6 {
  const { options, bindings } = endLeases(message, question.leg);
  const success = statusOption({ code: StatusCode.success, message: '' });
  const word = message.type === MessageType6.release ? 'released' : 'declined: the client says it is in use on its leg';
  const decided = answer(question, message, 'reply', [success, ...options], `${named(bindings)} ${word}`);
  return bindings.length === 0 ? decided : { ...decided, effect: 'end', bindings };
}

function answer(
  question: Question6,
  message: ClientMessage6,
  outcome: Answer6['outcome'],
  own: readonly Option6Value[],
  what: string,
): Answer6 {
  const { leg } = question;
  const options: Option6Value[] = [];
  if (message.duid !== undefined) options.push({ code: Option6.clientId, value: duidBytes(message.duid) });
  options.push({ code: Option6.serverId, value: leg.serverId }, ...own);
  for (const [code, value] of leg.optionValues) if (wants(message, code)) options.push({ code, value });
  const url = urlFor(message, leg);
  if (url !== undefined) options.push({ code: Option6.bootFileUrl, value: Buffer.from(url, 'ascii') });
  const type = outcome === 'advertise' ? MessageType6.advertise : MessageType6.reply;
  const observation = observationOf(message);
  const firmware = observation.kind !== 'os';
  return {
    outcome,
    type: message.type,
    reason: `${messageType6Name(message.type)} of ${observation.kind} ${message.duid ?? 'without a DUID'}: ${what}`,
    reply: { type, transactionId: message.transactionId, options },
    effect: undefined,
    bindings: [],
    observation,
    boots: firmware && leg.bootServer !== undefined,
    ...(firmware && begins(message) ? { heard: 'discover' as const } : {}),
    ...(firmware && url !== undefined ? { sent: 'offer' as const } : {}),
  };
}

/** Firmware that forgets to list the boot file gets it too: it is all it came for. */
function urlFor(message: ClientMessage6, { bootServer }: PreparedLeg6): string | undefined {
  if (bootServer === undefined || isEnd(message)) return undefined;
  const { architectures } = message;
  if (architectures.length === 0 && !message.requested.has(Option6.bootFileUrl)) return undefined;
  return bootFileUrl(bootServer, architectures);
}

/** Firmware begins its boot with one of these. */
function begins({ type }: ClientMessage6): boolean {
  return type === MessageType6.solicit || type === MessageType6.informationRequest;
}

/** A client gets what it lists (§21.7). */
function wants(message: ClientMessage6, code: number): boolean {
  return !isEnd(message) && message.requested.has(code);
}

function isEnd({ type }: ClientMessage6): boolean {
  return type === MessageType6.release || type === MessageType6.decline;
}

function observationOf({ duid, architectures }: ClientMessage6): Observation6 {
  return { kind: firmwareKind(architectures) ?? 'os', duid, mac: duid === undefined ? undefined : duidMac(duid) };
}

function statusOption(status: Status): Option6Value {
  return { code: Option6.statusCode, value: statusValue(status) };
}

function named(bindings: readonly Binding6[]): string {
  return bindings.length === 0 ? 'nothing' : bindings.map(({ lease }) => lease).join(' and ');
}
