/** What a TFTP datagram can be (RFC 1350, RFC 2347), as plain values. */
import type { TftpOptions } from './options.ts';

/** RFC 1350 §5, RFC 2347. */
export const TFTP_OPCODE = Object.freeze({ rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const);

/** RFC 1350 appendix I; 8 is RFC 2347. */
export const TFTP_ERROR = Object.freeze({
  notDefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionRefused: 8,
} as const);

/** `mail` of RFC 1350 is obsolete and not decoded. */
export type TftpMode = 'netascii' | 'octet';

export interface TftpRequest {
  readonly kind: 'rrq' | 'wrq';
  /** As sent, one character a byte (ISO 8859-1): not yet checked to be a safe path. */
  readonly name: string;
  readonly mode: TftpMode;
  /** Known options with a readable value, in the order in which they were sent. */
  readonly options: TftpOptions;
}

export interface TftpData {
  readonly kind: 'data';
  /** 16 bits: the 65,536th block is 0 again. */
  readonly block: number;
  /** A view of the datagram, not a copy. */
  readonly data: Uint8Array;
}

export interface TftpAck {
  readonly kind: 'ack';
  readonly block: number;
}

export interface TftpError {
  readonly kind: 'error';
  readonly code: number;
  /** One character a byte; at most 255 of them are kept. */
  readonly message: string;
}

export interface TftpOptionAck {
  readonly kind: 'oack';
  readonly options: TftpOptions;
}

export type TftpPacket = TftpRequest | TftpData | TftpAck | TftpError | TftpOptionAck;

/** Longest file name taken in a request, in bytes. The longest that a Pi asks for is under 64. */
export const MAX_NAME_LENGTH = 255;

/** RFC 2347: "The maximum size of a request packet is 512 octets." */
export const MAX_REQUEST_LENGTH = 512;
