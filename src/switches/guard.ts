/**
 * The one way to a row that may be written. Writing anything else cannot be expressed: what builds a SET takes a
 * `WritableRow`, and only this file makes one.
 */
import { WriteRefused } from './errors.ts';
import type { PortMap } from './port-map.ts';

/** Index of a PoE row, `<group>.<port>`, that was proven to be a listed port and no uplink. */
export type WritableRow = string & { readonly __brand: 'WritableRow' };

export interface WritePolicy {
  /** Faceplate ports that slots of the rack are plugged into. */
  readonly listed: readonly string[];
  /** Faceplate ports that are never written, whatever else lists them. */
  readonly uplinks: readonly string[];
}

/**
 * The rows of `ports`, by the names that were asked for. Ports are compared as rows, so another spelling of an uplink is
 * an uplink still; and an uplink that cannot be found on the switch stops every write, because it might be any port.
 * @throws WriteRefused
 */
export function writableRows(
  map: PortMap,
  policy: WritePolicy,
  ports: readonly string[],
): ReadonlyMap<string, WritableRow> {
  const uplinks = new Set<string>();
  for (const uplink of policy.uplinks) {
    const row = map.find(uplink)?.row;
    if (row !== undefined) uplinks.add(row);
    else if (!map.isOtherInterface(uplink)) {
      throw new WriteRefused(ports[0] ?? uplink, `the uplink ${uplink} is not found on this switch, or not unique`);
    }
  }
  const listed = new Set(policy.listed.map((port) => map.find(port)?.row));
  const rows = new Map<string, WritableRow>();
  const named = new Set<string>();
  for (const port of new Set(ports)) {
    const row = map.find(port)?.row;
    if (row === undefined) throw new WriteRefused(port, 'the switch has no PoE port of that name, or more than one');
    if (uplinks.has(row)) throw new WriteRefused(port, 'it is an uplink');
    if (!listed.has(row)) throw new WriteRefused(port, 'no slot of the rack file lists it');
    if (named.has(row)) throw new WriteRefused(port, 'it is named twice, by two names');
    named.add(row);
    rows.set(port, row as WritableRow);
  }
  return rows;
}
