/** DHCPv6 message types (RFC 8415 §7.3). */
export const MessageType6 = Object.freeze({
  solicit: 1,
  advertise: 2,
  request: 3,
  confirm: 4,
  renew: 5,
  rebind: 6,
  reply: 7,
  release: 8,
  decline: 9,
  reconfigure: 10,
  informationRequest: 11,
  relayForward: 12,
  relayReply: 13,
} as const);

export type MessageType6 = (typeof MessageType6)[keyof typeof MessageType6];

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'SOLICIT'],
  [2, 'ADVERTISE'],
  [3, 'REQUEST'],
  [4, 'CONFIRM'],
  [5, 'RENEW'],
  [6, 'REBIND'],
  [7, 'REPLY'],
  [8, 'RELEASE'],
  [9, 'DECLINE'],
  [10, 'RECONFIGURE'],
  [11, 'INFORMATION-REQUEST'],
  [12, 'RELAY-FORW'],
  [13, 'RELAY-REPL'],
]);

/** `SOLICIT`, `INFORMATION-REQUEST` … as the RFC writes them; `message type 200` for any other. */
export function messageType6Name(type: number): string {
  return NAMES.get(type) ?? `message type ${type}`;
}
