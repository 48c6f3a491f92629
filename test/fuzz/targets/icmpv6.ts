import { Reader } from '../../../src/wire/cursor.ts';
import { decodeRouterSolicitation, encodeRouterSolicitation, readNdOptions } from '../../../src/wire/icmpv6/index.ts';
import { orRefusal } from '../fuzz.ts';
import { type FuzzTarget, hex, mustBeSame } from '../target.ts';

export const icmpv6: FuzzTarget = {
  seeds: [
    hex('8500 0000 00000000'),
    hex('8500 0000 00000000 0101 dca632005301'),
    hex('8500 0000 00000000 0101 dca632005301 1901 000000000000 0501 0000000005dc'),
  ],
  check(bytes) {
    orRefusal(() => readNdOptions(new Reader('icmpv6', bytes)));
    orRefusal(() => decodeRouterSolicitation(bytes, true));
    const solicitation = orRefusal(() => decodeRouterSolicitation(bytes, false));
    if (solicitation === undefined) return false;
    mustBeSame('icmpv6', solicitation, decodeRouterSolicitation(encodeRouterSolicitation(solicitation), false));
    return true;
  },
};
