import { decide6 } from '../../../src/netboot/dhcpv6/decide.ts';
import { prepareLeg6 } from '../../../src/netboot/dhcpv6/leg.ts';
import { DEFAULT_SETTINGS6 } from '../../../src/netboot/dhcpv6/settings.ts';
import {
  decodeDhcpv6,
  encodeDhcpv6,
  Option6,
  readCodes,
  readDuid,
  readElapsed,
  readIaNa,
  readIaPd,
  readIaTaId,
  readStatus,
  readVendorClass,
} from '../../../src/wire/dhcpv6/index.ts';
import { CLIENT_ID, leg6, message, na, pd, ROUTED, SERVER, SERVER_ID } from '../../netboot/dhcpv6/support.ts';
import { PI4_INFORMATION_REQUEST, PI4_REQUEST, PI4_SOLICIT } from '../../wire/dhcpv6/bytes.ts';
import { orRefusal } from '../fuzz.ts';
import { type FuzzTarget, mustBeSame, Violation } from '../target.ts';

/** Every reader reads every option, and a refusal is dear: of the hundreds that fit, the first will do. */
const READ_OPTIONS = 8;

const LEG = prepareLeg6(leg6(), SERVER);

const READERS: readonly ((value: Uint8Array) => unknown)[] = [
  (value) => readDuid(Option6.clientId, value),
  (value) => readCodes(Option6.optionRequest, value),
  readIaNa,
  readIaPd,
  readIaTaId,
  readStatus,
  readElapsed,
  readVendorClass,
];

/** Messages that the server answers, of every type that it knows. */
const ASKED = [1, 3, 4, 5, 6, 8, 9, 11].map((type) =>
  encodeDhcpv6(message(type, CLIENT_ID, SERVER_ID, na(7, '2001:db8:20:1::2'), pd(9, [ROUTED, 56]))),
);

export const dhcpv6: FuzzTarget = {
  seeds: [PI4_SOLICIT, PI4_REQUEST, PI4_INFORMATION_REQUEST, ...ASKED],
  check(bytes) {
    const packet = orRefusal(() => decodeDhcpv6(bytes));
    if (packet === undefined) return false;
    // Code 0 is reserved: it is read, and nobody would write it.
    if (packet.options.every(({ code }) => code !== 0)) mustBeSame('dhcpv6', bytes, encodeDhcpv6(packet));
    for (const { value } of packet.options.slice(0, READ_OPTIONS))
      for (const read of READERS) orRefusal(() => read(value));
    const decision = decide6({
      packet,
      leg: LEG,
      unicast: (packet.transactionId & 1) === 1,
      settings: DEFAULT_SETTINGS6,
    });
    if (decision.outcome === 'ignored') return true;
    if (encodeDhcpv6(decision.reply).length > 1452) throw new Violation('an answer does not fit a frame');
    return true;
  },
};
