import { expect, it } from 'vitest';
import { type Heard, netbootDoubt } from '../../src/netboot/netboot-doubt.ts';

it.each<['ipv4' | 'ipv6', Heard, RegExp | undefined]>([
  ['ipv4', { protocol: 'ipv4', kind: 'eeprom-pi4' }, undefined],
  ['ipv4', { protocol: 'ipv4', kind: 'rom-3b' }, undefined],
  ['ipv4', { protocol: 'ipv6', kind: 'os' }, undefined],
  ['ipv4', { protocol: 'ipv6', kind: 'uefi' }, undefined],
  ['ipv4', { protocol: 'ipv6', kind: 'eeprom' }, /asks to boot over IPv6.*netboot: ipv6.*USE_IPV6=1/],
  ['ipv6', { protocol: 'ipv6', kind: 'eeprom' }, undefined],
  ['ipv6', { protocol: 'ipv4', kind: 'os' }, undefined],
  ['ipv6', { protocol: 'ipv4', kind: 'uefi' }, undefined],
  ['ipv6', { protocol: 'ipv4', kind: 'eeprom-pi4' }, /USE_IPV6=1 is not in its EEPROM/],
  ['ipv6', { protocol: 'ipv4', kind: 'rom-serial' }, /a Pi 3, which boots by IPv4 alone/],
])('a slot that boots by %s and hears %j', (netboot, heard, doubt) => {
  const text = netbootDoubt(netboot, heard);
  if (doubt === undefined) expect(text).toBeUndefined();
  else expect(text).toMatch(doubt);
});
