/** The options that this project speaks: RFC 2348 blksize, RFC 2349 timeout and tsize, RFC 7440 windowsize. */

export interface TftpOptions {
  /** Bytes of file in a full block (RFC 2348: 8 to 65464). */
  readonly blksize?: number;
  /** Seconds before a retransmission (RFC 2349: 1 to 255). */
  readonly timeout?: number;
  /** Bytes of the whole file; 0 in a read request, which asks for it (RFC 2349). */
  readonly tsize?: number;
  /** Blocks sent for one ACK (RFC 7440: 1 to 65535). */
  readonly windowsize?: number;
}

export type TftpOptionName = keyof TftpOptions;

export const TFTP_OPTION_NAMES = ['blksize', 'timeout', 'tsize', 'windowsize'] as const satisfies TftpOptionName[];

/** 15 digits stay below 2^53, so every number that fits is exact. */
const NUMBER = /^[ \t]*(\d{1,15})[ \t]*$/;

/**
 * The value of an option, or undefined where it is no plain decimal number: RFC 2347 lets a server leave out of its
 * OACK what it does not understand. Pi firmware is known to put a space before the digits (pi-boot §1.7).
 */
export function readOptionValue(text: string): number | undefined {
  const digits = NUMBER.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The option of that name in any case (RFC 2347: "not case-sensitive"), or undefined for one not spoken here. */
export function optionName(text: string): TftpOptionName | undefined {
  const lower = text.toLowerCase();
  return TFTP_OPTION_NAMES.find((name) => name === lower);
}
