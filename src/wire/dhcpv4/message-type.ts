/** Option 53, DHCP message type (RFC 2132 §9.6). */
import { DhcpOption } from './options.ts';
import { expectLength, type OptionMap, optionError } from './values.ts';

export const MessageType = Object.freeze({
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const);

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

const NAMES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'] as const;

/** `DISCOVER`, `OFFER`, … as the RFC writes them, without the prefix DHCP. */
export function messageTypeName(type: MessageType): string {
  return NAMES[type];
}

/** The message type; a DecodeError where it is absent, of another length, or none of RFC 2132's eight. */
export function readMessageType(options: OptionMap): MessageType {
  const value = options.get(DhcpOption.messageType);
  if (value === undefined) throw optionError(DhcpOption.messageType, 'missing');
  expectLength(DhcpOption.messageType, value, 1);
  const type = value[0] as number;
  if (type < 1 || type > 8) throw optionError(DhcpOption.messageType, `expected 1 to 8, got ${type}`);
  return type as MessageType;
}
