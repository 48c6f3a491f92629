/** The answers' fields and options (RFC 2131 §4.3.1 table 3). */
import { ANSWER_VENDOR_CLASS, vendorOptions } from '../../pi/rom.ts';
import type { Millis } from '../../rack/units.ts';
import { DhcpOption as Code, type Dhcpv4Packet, MessageType, textValue, u32Value } from '../../wire/dhcpv4/index.ts';
import type { Classification } from './classify.ts';
import type { PreparedLeg } from './leg.ts';
import { type ClientMessage, UNSPECIFIED } from './request.ts';

/** Asked for by nobody in particular: what a client without a parameter request list is told. */
const USUAL: readonly number[] = Object.freeze([
  Code.router,
  Code.domainNameServers,
  Code.hostName,
  Code.domainName,
  Code.broadcastAddress,
  Code.ntpServers,
]);

const ANSWER_CLASS = textValue(ANSWER_VENDOR_CLASS);
const VENDOR_OPTIONS = vendorOptions();
const OFFER = Uint8Array.of(MessageType.offer);
const ACK = Uint8Array.of(MessageType.ack);
let times = timesOf(0);

/** An OFFER or ACK. Without `leaseTime` it is the answer to an INFORM: no address is given (RFC 2131 §4.3.5). */
export function grant(
  type: typeof MessageType.offer | typeof MessageType.ack,
  message: ClientMessage,
  leg: PreparedLeg,
  client: Classification,
  leaseTime: Millis | undefined,
): Dhcpv4Packet {
  const options = new Options(message.maxLength);
  options.set(Code.messageType, type === MessageType.offer ? OFFER : ACK);
  setOf(options, leg, Code.serverIdentifier);
  if (leaseTime !== undefined) setTimes(options, leaseTime);
  // The mask must come before the router (RFC 2132 §3.3).
  setOf(options, leg, Code.subnetMask);
  if (client.answer === 'pi') setPiOptions(options, message, leg);
  for (const code of message.wanted ?? USUAL) setOf(options, leg, code);
  setEchoes(options, message, client);
  return {
    ...answerTo(message.packet),
    ciaddr: type === MessageType.ack ? message.packet.ciaddr : UNSPECIFIED,
    yiaddr: leaseTime === undefined ? UNSPECIFIED : leg.board,
    siaddr: leg.controller,
    options: options.values,
  };
}

/** A NAK with its reason for whoever reads the client's log. */
export function refusal(message: ClientMessage, leg: PreparedLeg, reason: string): Dhcpv4Packet {
  const options = new Options(message.maxLength);
  options.set(Code.messageType, Uint8Array.of(MessageType.nak));
  setOf(options, leg, Code.serverIdentifier);
  options.set(Code.message, textValue(reason.slice(0, 200)));
  echo(options, message, Code.clientIdentifier);
  return { ...answerTo(message.packet), options: options.values };
}

function setTimes(options: Options, leaseTime: Millis): void {
  // The same in every answer, since there is one lease time.
  if (times.leaseTime !== leaseTime) times = timesOf(leaseTime);
  options.set(Code.leaseTime, times.lease);
  options.set(Code.renewalTime, times.renewal);
  options.set(Code.rebindingTime, times.rebinding);
}

function timesOf(leaseTime: number) {
  const lease = Math.round(leaseTime / 1000);
  const renewal = u32Value(Math.floor(lease / 2));
  return { leaseTime, lease: u32Value(lease), renewal, rebinding: u32Value(Math.floor((lease * 7) / 8)) };
}

/** What a Pi boots by, in the order in which dnsmasq is known to send it (pi-boot §1.3). */
function setPiOptions(options: Options, message: ClientMessage, leg: PreparedLeg): void {
  setOf(options, leg, Code.broadcastAddress);
  if (message.wanted?.includes(Code.router)) setOf(options, leg, Code.router);
  options.set(Code.classIdentifier, ANSWER_CLASS);
  echo(options, message, Code.clientUuid);
  options.set(Code.vendorSpecific, VENDOR_OPTIONS);
  setOf(options, leg, Code.tftpServerName);
}

/** Tells what the leg has under this code, if anything. */
function setOf(options: Options, leg: PreparedLeg, code: number): void {
  const value = leg.optionValues.get(code);
  if (value) options.set(code, value);
}

/** RFC 4578 §2.3 and RFC 6842 §3: both identifiers go back as they came. */
function setEchoes(options: Options, message: ClientMessage, client: Classification): void {
  if (client.firmware) echo(options, message, Code.clientUuid);
  echo(options, message, Code.clientIdentifier);
}

function echo(options: Options, message: ClientMessage, code: number): void {
  const value = message.packet.options.get(code);
  if (value && value.length <= 255) options.set(code, value);
}

/** RFC 2131 table 3, the fields that every answer takes from the message. */
function answerTo(packet: Dhcpv4Packet): Dhcpv4Packet {
  return {
    op: 2,
    htype: packet.htype,
    hlen: packet.hlen,
    hops: 0,
    xid: packet.xid,
    secs: 0,
    flags: packet.flags,
    ciaddr: UNSPECIFIED,
    yiaddr: UNSPECIFIED,
    siaddr: UNSPECIFIED,
    giaddr: packet.giaddr,
    chaddr: packet.chaddr,
    sname: '',
    file: '',
    options: new Map(),
  };
}

const FIXED_LENGTH = 240;
const END_LENGTH = 1;

/** Options in the order set, each once, as long as the client can take them. */
class Options {
  readonly values = new Map<number, Uint8Array>();
  #left: number;

  constructor(maxLength: number) {
    this.#left = maxLength - FIXED_LENGTH - END_LENGTH;
  }

  set(code: number, value: Uint8Array): void {
    const length = value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
    if (length > this.#left || this.values.has(code)) return;
    this.values.set(code, value);
    this.#left -= length;
  }
}
