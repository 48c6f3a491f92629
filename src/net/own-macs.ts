/** The controller's own hardware addresses towards the switches: who has them behind a port is its uplink. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Mac, parseMac } from '../wire/address.ts';

/** Of the trunk and the legs that exist now. */
export function ownMacs(plan: {
  readonly trunk: string | undefined;
  readonly slots: readonly { readonly leg: string }[];
}): ReadonlySet<Mac> {
  const names = [...(plan.trunk === undefined ? [] : [plan.trunk]), ...plan.slots.map(({ leg }) => leg)];
  return new Set(names.flatMap((name) => macOf(name) ?? []));
}

/** The interface's own MAC; undefined where it is gone. */
export function macOf(ifname: string): Mac | undefined {
  // The kernel's list is of this network namespace; /sys shows the one in which it was mounted, and a trunk without
  // addresses is only there.
  const listed = networkInterfaces()[ifname]?.[0]?.mac;
  if (listed !== undefined) return parseMac(listed);
  try {
    return parseMac(readFileSync(`/sys/class/net/${ifname}/address`, 'utf8').trim());
  } catch {
    return undefined;
  }
}
