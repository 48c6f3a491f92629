/**
 * What Raspberry Pis send, byte for byte (pi-boot §1.2, §2.1), written out here once more so that neither the codec
 * nor `src/pi` can be wrong together with its own test.
 */
import { hex } from './bytes.ts';

const HEAD = '01010600 26f30339 0000 0000 00000000 00000000 00000000 00000000';
const PXE_CLASS = Buffer.from('PXEClient:Arch:00000:UNDI:002001').toString('hex');
const PRL_12 = '2b3c438081828384858687 42';

const discover = (head: string, mac: string, prl: string, uuid: string, type = '01', more = '') =>
  hex(
    `${head} ${mac} ${'00'.repeat(10 + 64 + 128)} 63825363
     3501${type} ${more} 37${prl} 5d020000 5e03010201 6111${uuid} 3c20${PXE_CLASS} ff`,
  );

/** Mask ROM of a 3B: 320 bytes, serial 8b07bcc6, UUID of sixteen 0x44. */
export const ROM_3B = discover(HEAD, 'b827eb07bcc6', `0c${PRL_12}`, `00${'44'.repeat(16)}`);

/** ROM of a 3B+, and bootcode.bin: 322 bytes, serial 4c69202e four times. */
export const ROM_3B_PLUS = discover(HEAD, 'b827eb69202e', `0e0103${PRL_12}`, `00${'2e20694c'.repeat(4)}`);

const PI4_HEAD = HEAD.replace('26f30339', 'a1b2c3d4');
const PI4_UUID = '00346950521431d0000109 02f73df0cd91';

/** EEPROM of a Pi 4: revision d03114, MAC e4:5f:01:09:02:f7, serial 91cdf03d. */
export const EEPROM_PI4 = discover(PI4_HEAD, 'e45f010902f7', `0e0103${PRL_12}`, PI4_UUID);

/** The same board's REQUEST after an OFFER of 10.20.0.6 by 10.20.0.5. */
export const EEPROM_PI4_REQUEST = discover(
  PI4_HEAD,
  'e45f010902f7',
  `0e0103${PRL_12}`,
  PI4_UUID,
  '03',
  '32040a140006 36040a140005',
);

/** Option 43 of an OFFER that a 3B ROM takes: 35 bytes with three spaces after the menu text (pi-boot §1.3). */
export const OPTION_43 = hex('060103 0a0400505845 0917 000014 5261737062657272792050692042 6f6f74 202020 ff');

/** The OFFER for 10.20.0.2 of a server at 10.20.0.1 with leases of 12 hours, to a 3B ROM. */
export const OFFER_3B = hex(
  `02010600 26f30339 0000 0000 00000000 0a140002 0a140001 00000000 b827eb07bcc6 ${'00'.repeat(10 + 64 + 128)} 63825363
   350102 36040a140001 33040000a8c0 3a0400005460 3b0400009 3a8 0104fffffffc 1c040a140003
   3c09505845436c69656e74 611100${'44'.repeat(16)} 2b23${Buffer.from(OPTION_43).toString('hex')} 420931302e32302e302e31 ff`,
);
