/** Reads interfaces as they are. */
import { readFileSync } from 'node:fs';
import { type Address, type Neighbour, readAddresses, readLinks, readNeighbours } from '../iproute.ts';
import { LEG_SETTINGS, OVERRULING, settingPath } from './settings.ts';
import type { LegState } from './state.ts';

/** All interfaces of this namespace; settings only of those in `legs`. */
export async function readLegs(legs: ReadonlySet<string>): Promise<LegState[]> {
  const [links, addresses, neighbours] = await Promise.all([
    readLinks(),
    readAddresses(),
    readNeighbours(['permanent']),
  ]);
  const addressesOf = Map.groupBy(addresses, (one: Address) => one.ifname);
  const neighboursOf = Map.groupBy(
    neighbours.filter((one) => !one.address.includes(':')),
    (one: Neighbour) => one.ifname,
  );
  return links.map(({ ifname, up, kind, parent, vlan }) => ({
    ifname,
    up,
    kind,
    parent,
    vlan,
    addresses: addressesOf.get(ifname) ?? [],
    neighbours: neighboursOf.get(ifname) ?? [],
    settings: legs.has(ifname) ? readSettings(ifname) : {},
  }));
}

function readSettings(leg: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const setting of Object.keys(LEG_SETTINGS)) {
    const value = readSetting(settingPath(setting, leg));
    if (value !== undefined) settings[setting] = value;
  }
  return settings;
}

/** Settings of the whole namespace that take away what the legs' own settings give, in words. */
export function readOverruling(): string[] {
  return OVERRULING.filter(({ setting, bad }) => bad.includes(readSetting(`/proc/sys/net/${setting}`) ?? '')).map(
    ({ setting, why }) => `net/${setting} is ${readSetting(`/proc/sys/net/${setting}`)}: ${why}`,
  );
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    // The interface went away, or this kernel was built without the setting.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
