/** What to do about a client's message: RFC 2131 §4.3 for a leg that has one address to give. */
import { NUDGE_PORT } from '../../pi/rom.ts';
import type { Milestone } from '../../rack/milestone.ts';
import { type Millis, millis } from '../../rack/units.ts';
import type { Ipv4, Mac } from '../../wire/address.ts';
import { DecodeError } from '../../wire/cursor.ts';
import {
  BROADCAST_FLAG,
  DhcpOption,
  type Dhcpv4Packet,
  MessageType,
  messageTypeName,
  readText,
} from '../../wire/dhcpv4/index.ts';
import { printable } from '../../wire/printable.ts';
import { type Classification, type ClientKind, SHOWN } from './classify.ts';
import type { PreparedLeg } from './leg.ts';
import { grant, refusal } from './reply.ts';
import { type ClientMessage, readClientMessage, requestState, UNSPECIFIED } from './request.ts';
import type { DecideSettings } from './settings.ts';

export interface Question {
  readonly packet: Dhcpv4Packet;
  readonly leg: PreparedLeg;
  readonly client: Classification;
  /** The datagram came to the leg's own address, not by broadcast. */
  readonly unicast: boolean;
  readonly settings: DecideSettings;
}

/** Why a message gets no answer, as a short word to count by. */
export type IgnoreCause =
  | 'not-a-request'
  | 'hardware'
  | 'relayed'
  | 'malformed-option'
  | 'server-message'
  | 'other-server'
  | 'no-address'
  | 'other-address';

export type Decision = Ignored | Answer | Ending;

export interface Ignored {
  readonly outcome: 'ignored';
  readonly cause: IgnoreCause;
  /** One sentence for a person. */
  readonly reason: string;
}

export interface Answer {
  readonly outcome: 'offer' | 'ack' | 'nak';
  readonly type: MessageType;
  readonly reason: string;
  readonly reply: Dhcpv4Packet;
  readonly delivery: Delivery;
  /** Present where the answer commits the address: it may leave only once this is on disk. */
  readonly lease?: LeaseEffect;
  readonly observation: Observation;
  /** Reached by the message itself. */
  readonly heard?: Milestone;
  /** Reached when the answer has left. */
  readonly sent?: Milestone;
  /** How long to hold the answer back, counted from the message. */
  readonly delay: Millis;
  readonly followUps: readonly FollowUp[];
}

/** RELEASE and DECLINE: no answer is due (RFC 2131 §4.3.3, §4.3.4). */
export interface Ending {
  readonly outcome: 'released' | 'declined';
  readonly type: MessageType;
  readonly reason: string;
  readonly lease: LeaseEffect;
  readonly observation: Observation;
}

/** RFC 2131 §4.1. A `unicast-to-yiaddr` needs the client's MAC in the neighbour table first: it answers no ARP yet. */
export interface Delivery {
  readonly mode: 'unicast-to-yiaddr' | 'unicast-to-ciaddr' | 'broadcast';
  readonly address: Ipv4;
  readonly port: number;
}

export interface LeaseEffect {
  readonly kind: 'grant' | 'end';
  readonly address: Ipv4;
  readonly mac: Mac;
  /** From now; 0 where the lease ends. */
  readonly duration: Millis;
  /** Who holds it, for people. */
  readonly client: string;
}

/** What the message tells of the board. Only `firmware` speaks for the hardware; an operating system says what it likes. */
export interface Observation {
  readonly mac: Mac;
  readonly kind: ClientKind;
  readonly firmware: boolean;
  readonly className: string;
  readonly hostName?: string;
  readonly serial?: string;
  readonly revision?: number;
  readonly model?: string;
  readonly doubt?: string;
}

/** A datagram to send to the board some time after its message, unless it is heard of before. */
export interface FollowUp {
  /** Counted from the message, so that a ROM whose answer is held back has its frames in time (pi-boot §1.5). */
  readonly after: Millis;
  readonly address: Ipv4;
  readonly port: number;
  readonly payload: Uint8Array;
}

/** Client port of RFC 2131 §4.1. */
export const CLIENT_PORT = 68;

const LIMITED_BROADCAST = '255.255.255.255' as Ipv4;
const HTYPE_ETHERNET = 1;
const NOW = millis(0);
const NUDGE = Buffer.from('wake');

/** Decides about one message. Never throws for what a client may send. */
export function decide(question: Question): Decision {
  const unfit = unfitPacket(question.packet);
  if (unfit) return unfit;
  let message: ClientMessage;
  try {
    message = readClientMessage(question.packet);
  } catch (error) {
    if (error instanceof DecodeError) return ignored('malformed-option', error.message);
    throw error;
  }
  switch (message.type) {
    case MessageType.discover:
      return decideDiscover(question, message);
    case MessageType.request:
      return decideRequest(question, message);
    case MessageType.decline:
      return decideDecline(question, message);
    case MessageType.release:
      return decideRelease(question, message);
    case MessageType.inform:
      return decideInform(question, message);
    default:
      return ignored('server-message', `a board sent ${messageTypeName(message.type)}, which only servers send`);
  }
}

function unfitPacket(packet: Dhcpv4Packet): Ignored | undefined {
  if (packet.op !== 1) return ignored('not-a-request', 'BOOTREPLY on the server port');
  if (packet.htype !== HTYPE_ETHERNET || packet.hlen !== 6) {
    const got = `htype ${packet.htype}, hlen ${packet.hlen}`;
    return ignored('hardware', `expected an Ethernet client (htype 1, hlen 6), got ${got}`);
  }
  // Bit 0 of the first byte marks a group address (IEEE 802 §8.2), which no answer may be sent to.
  if ((Number.parseInt(packet.chaddr.slice(0, 2), 16) & 1) === 1 || packet.chaddr === '00:00:00:00:00:00') {
    return ignored('hardware', `expected the MAC of one client, got ${packet.chaddr}`);
  }
  if (packet.giaddr !== UNSPECIFIED) {
    return ignored('relayed', `relayed by ${packet.giaddr}; a board is on the leg itself`);
  }
  return undefined;
}

/** RFC 2131 §4.3.1. The address is the leg's, whatever was asked for. */
function decideDiscover(question: Question, message: ClientMessage): Answer {
  const { leg, client, settings } = question;
  const delay = client.firmware ? settings.offerDelay[client.timing] : NOW;
  // Nothing but a Pi's firmware may need waking, and a plan says when.
  const nudges = client.answer === 'pi' ? settings.nudges[client.timing] : [];
  return {
    outcome: 'offer',
    type: message.type,
    reason: `${leg.board} offered to ${client.kind} ${message.packet.chaddr}`,
    reply: grant(MessageType.offer, message, leg, client, settings.leaseTime),
    delivery: deliveryOf(message.packet, leg),
    ...(client.offerIsFinal ? { lease: granted(question) } : {}),
    observation: observationOf(question),
    ...(client.firmware ? { heard: 'discover', sent: 'offer' } : {}),
    delay,
    followUps: nudges.map((after) => nudge(leg, after)),
  };
}

/** RFC 2131 §4.3.2. On its own leg the server is authoritative: a wrong address is refused, never met with silence. */
function decideRequest(question: Question, message: ClientMessage): Answer | Ignored {
  const { leg, client, settings } = question;
  if (message.server !== undefined && message.server !== leg.controller) {
    return ignored('other-server', `REQUEST to server ${message.server}, this is ${leg.controller}`);
  }
  const request = requestState(message, question.unicast);
  if (request === undefined) return ignored('no-address', 'REQUEST names no address, by option 50 or ciaddr');
  if (request.address !== leg.board) {
    const reason = `${request.address} is not the address of this port`;
    return {
      outcome: 'nak',
      type: message.type,
      reason: `${request.state}: ${reason}, ${leg.board} is`,
      reply: refusal(message, leg, reason),
      delivery: { mode: 'broadcast', address: LIMITED_BROADCAST, port: CLIENT_PORT },
      observation: observationOf(question),
      delay: NOW,
      followUps: [],
    };
  }
  return {
    outcome: 'ack',
    type: message.type,
    reason: `${request.state}: ${leg.board} given to ${client.kind} ${message.packet.chaddr}`,
    reply: grant(MessageType.ack, message, leg, client, settings.leaseTime),
    delivery: deliveryOf(message.packet, leg),
    lease: granted(question),
    observation: observationOf(question),
    ...(client.firmware ? {} : { sent: 'kernel_dhcp' }),
    delay: NOW,
    followUps: [],
  };
}

/** RFC 2131 §4.3.3. There is no other address to give: it is noted, and the next DISCOVER gets the same one. */
function decideDecline(question: Question, message: ClientMessage): Ending | Ignored {
  const { leg } = question;
  if (message.server !== undefined && message.server !== leg.controller) {
    return ignored('other-server', `DECLINE to server ${message.server}, this is ${leg.controller}`);
  }
  if (message.requested !== leg.board) {
    return ignored('other-address', `DECLINE of ${message.requested ?? 'no address'}, this leg has ${leg.board}`);
  }
  return ending('declined', question, message, `${message.packet.chaddr} says ${leg.board} is in use on its leg`);
}

/** RFC 2131 §4.3.4. */
function decideRelease(question: Question, message: ClientMessage): Ending | Ignored {
  const { leg } = question;
  if (message.server !== undefined && message.server !== leg.controller) {
    return ignored('other-server', `RELEASE to server ${message.server}, this is ${leg.controller}`);
  }
  const { ciaddr } = message.packet;
  if (ciaddr !== leg.board) return ignored('other-address', `RELEASE of ${ciaddr}, this leg has ${leg.board}`);
  return ending('released', question, message, `${leg.board} released by ${message.packet.chaddr}`);
}

/** RFC 2131 §4.3.5: parameters for a client that has its address already. Unicast, so only to the leg's own. */
function decideInform(question: Question, message: ClientMessage): Answer | Ignored {
  const { leg, client } = question;
  const { ciaddr } = message.packet;
  if (ciaddr !== leg.board) return ignored('other-address', `INFORM from ${ciaddr}, this leg has ${leg.board}`);
  return {
    outcome: 'ack',
    type: message.type,
    reason: `INFORM: parameters for ${ciaddr}`,
    reply: grant(MessageType.ack, message, leg, client, undefined),
    delivery: { mode: 'unicast-to-ciaddr', address: ciaddr, port: CLIENT_PORT },
    observation: observationOf(question),
    delay: NOW,
    followUps: [],
  };
}

/** RFC 2131 §4.1: where an OFFER or ACK goes. A ciaddr counts only where it is the leg's address. */
function deliveryOf(packet: Dhcpv4Packet, leg: PreparedLeg): Delivery {
  if (packet.ciaddr === leg.board) return { mode: 'unicast-to-ciaddr', address: leg.board, port: CLIENT_PORT };
  if ((packet.flags & BROADCAST_FLAG) !== 0) {
    return { mode: 'broadcast', address: LIMITED_BROADCAST, port: CLIENT_PORT };
  }
  return { mode: 'unicast-to-yiaddr', address: leg.board, port: CLIENT_PORT };
}

function nudge(leg: PreparedLeg, after: Millis): FollowUp {
  return { after, address: leg.board, port: NUDGE_PORT, payload: NUDGE };
}

function granted(question: Question): LeaseEffect {
  return leaseEffect('grant', question, question.settings.leaseTime);
}

function ending(outcome: Ending['outcome'], question: Question, message: ClientMessage, reason: string): Ending {
  const lease = leaseEffect('end', question, NOW);
  return { outcome, type: message.type, reason, lease, observation: observationOf(question) };
}

function leaseEffect(kind: LeaseEffect['kind'], { packet, leg, client }: Question, duration: Millis): LeaseEffect {
  const name = client.className === '' ? client.kind : `${client.kind} (${client.className})`;
  return { kind, address: leg.board, mac: packet.chaddr, duration, client: name };
}

function observationOf({ packet, client }: Question): Observation {
  const hostName = readText(packet.options, DhcpOption.hostName);
  const { kind, firmware, className, serial, revision, model, doubt } = client;
  return {
    mac: packet.chaddr,
    kind,
    firmware,
    className,
    ...(hostName ? { hostName: printable(hostName, SHOWN) } : {}),
    ...(serial === undefined ? {} : { serial }),
    ...(revision === undefined ? {} : { revision }),
    ...(model === undefined ? {} : { model }),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function ignored(cause: IgnoreCause, reason: string): Ignored {
  return { outcome: 'ignored', cause, reason };
}
