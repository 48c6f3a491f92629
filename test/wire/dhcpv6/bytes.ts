/** Messages as a Pi 4's EEPROM sends them (research: pi-boot §3.3), byte for byte; the MAC is from the documentation. */
import { hex } from '../dhcpv4/bytes.ts';

export const PI4_MAC = 'dc:a6:32:00:53:01';

const CLIENT_ID = '0001 000a 0003 0001 dca632005301';
const IA_NA = '0003 000c 00000000 00000000 00000000';
const ORO = '0006 0002 003b';
const ARCH = '003d 0002 0029';

export const PI4_SOLICIT = hex(`01 a1b2c3 ${CLIENT_ID} ${IA_NA} ${ORO} ${ARCH} 0008 0002 0000`);

export const SERVER_ID = '0002 000a 0003 0001 020000005301';
export const PI4_REQUEST = hex(`03 a1b2c4 ${CLIENT_ID} ${SERVER_ID} ${IA_NA} ${ORO} ${ARCH} 0008 0002 0064`);
export const PI4_INFORMATION_REQUEST = hex(`0b a1b2c5 ${CLIENT_ID} ${ORO} ${ARCH} 0008 0002 0000`);
