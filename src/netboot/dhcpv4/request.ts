/** The options of a client's message that the decision needs, read once. */
import type { Ipv4 } from '../../wire/address.ts';
import {
  DhcpOption,
  type Dhcpv4Packet,
  type MessageType,
  readAddress,
  readMessageType,
  readParameterRequestList,
  readU16,
} from '../../wire/dhcpv4/index.ts';

export const UNSPECIFIED = '0.0.0.0' as Ipv4;

export interface ClientMessage {
  readonly packet: Dhcpv4Packet;
  readonly type: MessageType;
  /** Option 50. */
  readonly requested: Ipv4 | undefined;
  /** Option 54: the server that the client speaks to. */
  readonly server: Ipv4 | undefined;
  /** Option 55, in the client's order. */
  readonly wanted: readonly number[] | undefined;
  /** Most bytes of DHCP that the answer may have (option 57 less IP and UDP headers; RFC 2131 §2: never under 548). */
  readonly maxLength: number;
}

const HEADERS = 28;
const MIN_MAX_MESSAGE = 576;

/** Reads the options; a DecodeError where one of them is malformed or the message type is missing. */
export function readClientMessage(packet: Dhcpv4Packet): ClientMessage {
  const { options } = packet;
  const max = readU16(options, DhcpOption.maximumMessageSize) ?? MIN_MAX_MESSAGE;
  return {
    packet,
    type: readMessageType(options),
    requested: readAddress(options, DhcpOption.requestedAddress),
    server: readAddress(options, DhcpOption.serverIdentifier),
    wanted: readParameterRequestList(options),
    maxLength: Math.max(MIN_MAX_MESSAGE, Math.min(max, 1500)) - HEADERS,
  };
}

/** The four states in which a REQUEST is sent (RFC 2131 §4.3.2), by the fields that tell them apart. */
export type RequestState = 'SELECTING' | 'INIT-REBOOT' | 'RENEWING' | 'REBINDING';

/**
 * The state of a REQUEST and the address it is about; undefined where it names none. `unicast`: it came to the server's
 * own address, by which alone RENEWING differs from REBINDING.
 */
export function requestState(
  message: ClientMessage,
  unicast: boolean,
): { state: RequestState; address: Ipv4 } | undefined {
  const { ciaddr } = message.packet;
  const configured = ciaddr === UNSPECIFIED ? undefined : ciaddr;
  if (message.server !== undefined) {
    const address = message.requested ?? configured;
    return address === undefined ? undefined : { state: 'SELECTING', address };
  }
  if (configured !== undefined) return { state: unicast ? 'RENEWING' : 'REBINDING', address: configured };
  return message.requested === undefined ? undefined : { state: 'INIT-REBOOT', address: message.requested };
}
