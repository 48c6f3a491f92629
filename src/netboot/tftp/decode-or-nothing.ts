import { DecodeError } from '../../wire/cursor.ts';
import { decodeTftp, type TftpPacket } from '../../wire/tftp/index.ts';

/** The packet in a datagram; undefined where it is no TFTP, which of a hostile board is nothing special. */
export function decodeOrNothing(bytes: Uint8Array): TftpPacket | undefined {
  try {
    return decodeTftp(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
