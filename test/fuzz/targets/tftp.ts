import { ackedBlock, decodeTftp, encodeTftp } from '../../../src/wire/tftp/index.ts';
import { orRefusal } from '../fuzz.ts';
import { ascii, type FuzzTarget, hex, mustBeSame, Violation } from '../target.ts';

export const tftp: FuzzTarget = {
  seeds: [
    ascii('\0\x01bootcode.bin\0octet\0'),
    ascii('\0\x014c69202e/start.elf\0octet\0tsize\x000\0'),
    ascii('\0\x0191cdf03d/start4.elf\0octet\0tsize\x000\0blksize\x001468\0'),
    ascii('\0\x01Image\0octet\0windowsize\x0016\0timeout\x001\0tsize\x000\0blksize\x001228\0'),
    ascii('\0\x02upload\0netascii\0'),
    ascii('\0\x05\0\0Early terminate\0'),
    ascii('\0\x06tsize\x0052460\0blksize\x001024\0'),
    hex('0003 0001 aabbccdd'),
    hex('0004 ffff'),
  ],
  check(bytes) {
    const packet = orRefusal(() => decodeTftp(bytes));
    const acked = ackedBlock(bytes);
    if (packet === undefined) return false;
    if (packet.kind === 'ack' && acked !== packet.block)
      throw new Violation(`an ACK of ${packet.block} read as ${acked}`);
    mustBeSame('tftp', packet, decodeTftp(encodeTftp(packet)));
    return true;
  },
};
