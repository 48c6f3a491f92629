/**
 * Whether the ports are where they were when the map was last proven. A rule that proves a map proves what the switch
 * says of itself now; it cannot know that the names have gone to other sockets since, as they do when a stack numbers its
 * units anew or a new firmware counts differently. Pure.
 *
 * What follows from it, at three in the morning: boards that run keep running, for nothing is written; readings go on
 * without names; and the switch is left alone until it says again what it said before, or a person has looked and accepts
 * the new map. A switch that was replaced is another matter: the cables were plugged in anew, by somebody who read the
 * faceplate, so its own map holds and the replacement is said once.
 */
import type { Chassis } from '../chassis.ts';
import { describeChassis, movedUnits, sameChassis } from '../chassis.ts';
import type { PortMap } from '../port-map.ts';
import { normal } from './names.ts';
import type { StoredPort, StoredPortMap } from './store.ts';

export type Verdict =
  | { readonly kind: 'same' }
  /** Another switch answers at this address. */
  | { readonly kind: 'replaced'; readonly sentence: string }
  | { readonly kind: 'moved'; readonly sentences: readonly string[] };

export interface Now {
  readonly map: PortMap;
  readonly chassis: Chassis | undefined;
  readonly driver: string;
}

/** `names`: ports that the rack file speaks of. What became of the others is nobody's concern. */
export function compareMaps(stored: StoredPortMap, now: Now, names: readonly string[]): Verdict {
  const same = stored.chassis && now.chassis ? sameChassis(stored.chassis, now.chassis) : undefined;
  if (same === false) {
    const sentence = `another switch answers at this address: it was ${describeChassis(stored.chassis!)}, it is ${describeChassis(now.chassis!)}`;
    return { kind: 'replaced', sentence };
  }
  const units = stored.chassis && now.chassis ? movedUnits(stored.chassis, now.chassis) : [];
  // Rows of another driver are those of another table: there is nothing to compare.
  const rows = stored.driver === now.driver ? movedPorts(stored.ports, now.map, names) : [];
  const sentences = [...units, ...rows];
  return sentences.length === 0 ? { kind: 'same' } : { kind: 'moved', sentences };
}

function movedPorts(stored: readonly StoredPort[], map: PortMap, names: readonly string[]): string[] {
  const byLabel = new Map(stored.map((port) => [normal(port.label), port]));
  const byRow = new Map(stored.map((port) => [port.row, port]));
  return [...new Set(names)].flatMap((name) => {
    const port = map.find(name);
    if (port === undefined) return [];
    const was = byLabel.get(normal(port.label));
    if (was !== undefined && was.row !== port.row) {
      return [`port ${name} (${port.label}) was PoE row ${was.row} and is PoE row ${port.row}`];
    }
    const other = byRow.get(port.row);
    if (was === undefined && other !== undefined) {
      return [`port ${name} is PoE row ${port.row}, which was called ${other.label} and is called ${port.label}`];
    }
    return [];
  });
}
