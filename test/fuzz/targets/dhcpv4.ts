import { classify } from '../../../src/netboot/dhcpv4/classify.ts';
import { decide } from '../../../src/netboot/dhcpv4/decide.ts';
import { prepareLeg } from '../../../src/netboot/dhcpv4/leg.ts';
import { DEFAULT_SETTINGS } from '../../../src/netboot/dhcpv4/settings.ts';
import {
  decodeDhcpv4,
  decodePxeVendor,
  encodeDhcpv4,
  parsePxeClass,
  readAddresses,
  readClassIdentifier,
  readClientArchitectures,
  readClientIdentifier,
  readClientUuid,
  readNetworkInterface,
  readParameterRequestList,
  readText,
  readTftpServerAddress,
} from '../../../src/wire/dhcpv4/index.ts';
import { leg } from '../../netboot/dhcpv4/support.ts';
import { EEPROM_PI4, EEPROM_PI4_REQUEST, OFFER_3B, ROM_3B, ROM_3B_PLUS } from '../../wire/dhcpv4/roms.ts';
import { orRefusal } from '../fuzz.ts';
import { type FuzzTarget, mustBeSame, Violation } from '../target.ts';

const LEG = prepareLeg(leg());

const READERS: readonly ((options: ReadonlyMap<number, Uint8Array>) => unknown)[] = [
  readClassIdentifier,
  readClientArchitectures,
  readClientIdentifier,
  readClientUuid,
  readNetworkInterface,
  readParameterRequestList,
  readTftpServerAddress,
  (options) => readText(options, 12),
  (options) => readAddresses(options, 3),
  (options) => decodePxeVendor(options.get(43) ?? new Uint8Array()),
  (options) => parsePxeClass(readClassIdentifier(options) ?? ''),
];

/** The message, all its options, and what the server would do about it. */
export const dhcpv4: FuzzTarget = {
  seeds: [ROM_3B, ROM_3B_PLUS, EEPROM_PI4, EEPROM_PI4_REQUEST, OFFER_3B],
  check(bytes) {
    const packet = orRefusal(() => decodeDhcpv4(bytes));
    if (packet === undefined) return false;
    for (const read of READERS) orRefusal(() => read(packet.options));
    // What overload put into the name fields is written as options, and padding to 300 bytes is no option.
    mustBeSame('dhcpv4', packet, decodeDhcpv4(encodeDhcpv4(packet)));
    const client = classify(packet, bytes.length);
    const decision = decide({ packet, leg: LEG, client, unicast: (packet.xid & 1) === 1, settings: DEFAULT_SETTINGS });
    if (!('reply' in decision)) return true;
    const { yiaddr } = decision.reply;
    if (yiaddr !== '0.0.0.0' && yiaddr !== LEG.board) throw new Violation(`the leg of ${LEG.board} is given ${yiaddr}`);
    if (encodeDhcpv4(decision.reply).length > 1472) throw new Violation('an answer does not fit a frame');
    return true;
  },
};
