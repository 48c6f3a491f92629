/** What a read request asks for, and what it gets: RFC 2347, 2348, 2349, 7440. */
import { type Millis, millis, seconds } from '../../rack/units.ts';
import type { TftpOptionName, TftpOptions } from '../../wire/tftp/index.ts';

/** RFC 1350: what a block holds when nobody says otherwise. */
export const DEFAULT_BLKSIZE = 512;
/** An Ethernet MTU of 1500 less 20 bytes of IPv4, 8 of UDP and 4 of TFTP: boot ROMs do not put fragments together. */
export const MAX_BLKSIZE = 1468;
/** The same with 40 bytes of IPv6. */
export const MAX_BLKSIZE6 = 1448;
/** RFC 2348. */
export const MIN_BLKSIZE = 8;
/** A window of 47 kB: at 1 Gbit/s and 0.3 ms more brings nothing, and every window lost has to be sent again. */
export const MAX_WINDOWSIZE = 32;
/**
 * Longest retransmission time that a client may choose; one that asks for more gets no answer to it, and the server's
 * times. u-boot and curl always ask for 5 s or so, and would then wait that long for every packet lost.
 */
export const MAX_TIMEOUT_SECONDS = 3;

export interface TransferTerms {
  readonly blksize: number;
  readonly windowsize: number;
  /** What the client chose; undefined = the server's own times. */
  readonly timeout: Millis | undefined;
  /** What to acknowledge, in the order asked; undefined = no OACK, DATA 1 comes at once. */
  readonly acknowledged: TftpOptions | undefined;
}

/**
 * The terms for a file of `size` bytes. A value that is out of range is left out of the OACK, as RFC 2347 has it for
 * options that a server does not go along with; a block or window that is too large is answered with the largest.
 */
export function negotiate(asked: TftpOptions, size: number, mostBlksize = MAX_BLKSIZE): TransferTerms {
  const acknowledged: { -readonly [name in TftpOptionName]?: number } = {};
  for (const name of Object.keys(asked) as TftpOptionName[]) {
    const value = answer(name, asked[name] as number, size, mostBlksize);
    if (value !== undefined) acknowledged[name] = value;
  }
  return {
    blksize: acknowledged.blksize ?? DEFAULT_BLKSIZE,
    windowsize: acknowledged.windowsize ?? 1,
    timeout: acknowledged.timeout === undefined ? undefined : seconds(acknowledged.timeout),
    acknowledged: Object.keys(acknowledged).length === 0 ? undefined : acknowledged,
  };
}

function answer(name: TftpOptionName, value: number, size: number, mostBlksize: number): number | undefined {
  switch (name) {
    case 'blksize':
      return value < MIN_BLKSIZE ? undefined : Math.min(value, mostBlksize);
    case 'windowsize':
      return value < 1 ? undefined : Math.min(value, MAX_WINDOWSIZE);
    case 'timeout':
      return value < 1 || value > MAX_TIMEOUT_SECONDS ? undefined : value;
    case 'tsize':
      // RFC 2349 has the client send 0; what else it sends means nothing in a read request.
      return size;
  }
}

/** When a packet that got no answer is sent again, and when the client counts as gone. */
export interface RetransmitTimes {
  /** Wait after packet `attempt` (0 = the first sending). */
  wait(attempt: number): Millis;
  /** Silence after which the transfer has failed. */
  readonly limit: Millis;
}

/** Three short ones, then each half as long again as the one before; the last one stays. */
const WAITS: readonly number[] = Object.freeze([250, 250, 250, 375, 563, 844, 1266, 1898, 2000]);
const LIMIT = seconds(10);

/**
 * Pi firmware gives a block up after about one second and goes on without the file (pi-boot §1.7), so the first three
 * waits are short: 250 ms each, then 375, 563 ms and so on up to 2 s, for 10 s in all. A kernel is some 20,000 blocks of
 * 512 bytes: where 1 % of frames is lost, one send fewer within that second would cost every seventh boot, this way it
 * is one in 300. A time that the client chose stays as it is.
 */
export function retransmitTimes(timeout: Millis | undefined): RetransmitTimes {
  if (timeout !== undefined) return { wait: () => timeout, limit: millis(Math.max(LIMIT, 4 * timeout)) };
  return {
    wait: (attempt) => millis(WAITS[Math.min(attempt, WAITS.length - 1)] as number),
    limit: LIMIT,
  };
}
