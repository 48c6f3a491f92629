/** Everything that takes bytes of somebody else apart. */
import type { FuzzTarget } from '../target.ts';
import { dbus } from './dbus.ts';
import { dhcpv4 } from './dhcpv4.ts';
import { dhcpv6 } from './dhcpv6.ts';
import { ethernet } from './ethernet.ts';
import { icmpv6 } from './icmpv6.ts';
import { tftp } from './tftp.ts';
import { xml } from './xml.ts';

export const TARGETS: Readonly<Record<string, FuzzTarget>> = Object.freeze({
  dhcpv4,
  dhcpv6,
  tftp,
  icmpv6,
  ethernet,
  dbus,
  xml,
});
