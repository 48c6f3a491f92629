/** What does not fit between how a slot is to boot and what was heard of its board. Pure. */
import type { Netboot } from '../rack/plan.ts';
import type { ClientKind } from './dhcpv4/index.ts';
import type { ClientKind6 } from './dhcpv6/index.ts';

export type Heard =
  | { readonly protocol: 'ipv4'; readonly kind: ClientKind }
  | { readonly protocol: 'ipv6'; readonly kind: ClientKind6 };

/** One sentence for a person, with what to do; undefined where all fits. */
export function netbootDoubt(netboot: Netboot, heard: Heard): string | undefined {
  if (heard.protocol === 'ipv6') {
    // UEFI tries both protocols by itself.
    if (netboot === 'ipv6' || heard.kind === 'os' || heard.kind === 'uefi') return undefined;
    return 'its board asks to boot over IPv6, which this slot does not: give it netboot: ipv6 in the rack file, or take USE_IPV6=1 out of the board’s EEPROM configuration';
  }
  if (netboot === 'ipv4') return undefined;
  switch (heard.kind) {
    case 'rom-3b':
    case 'rom-serial':
    case 'bootcode':
      return 'its board is a Pi 3, which boots by IPv4 alone: netboot: ipv6 in the rack file is for a Pi 4';
    case 'eeprom-pi4':
    case 'eeprom-pi5':
      return 'its board boots by IPv4 although the rack file says netboot: ipv6: USE_IPV6=1 is not in its EEPROM configuration';
    default:
      return undefined;
  }
}
