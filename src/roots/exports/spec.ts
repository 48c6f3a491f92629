/** What is exported to whom, as a value; and the decision what has to change. */
import type { NfsVersion } from '../../rack/plan.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { Ipv4 } from '../../wire/address.ts';

export interface ExportSpec {
  readonly slot: SlotNumber;
  /** Number of the export and of its file system towards clients: the same for ever, or file handles go stale. */
  readonly id: number;
  /** Directory. */
  readonly path: string;
  /** The one address that may use it: the board's end of the slot's /30. */
  readonly client: Ipv4;
  /** Its path in the NFSv4 tree. */
  readonly pseudo: string;
  /** By which it can be mounted; by others it is refused. */
  readonly versions: readonly NfsVersion[];
}

export const ALL_VERSIONS: readonly NfsVersion[] = Object.freeze(['3', '4.1']);

/** Export ids 1001 and up are slots; a server keeps small ones for itself. */
const FIRST_ID = 1000;

/** Where a second export of a slot is, for a board that boots another root once. Slots end at 4093, numbers at 65535. */
const FIRST_RESCUE_ID = 10_000;

export const exportId = (slot: SlotNumber): number => FIRST_ID + slot;
export const rescueExportId = (slot: SlotNumber): number => FIRST_RESCUE_ID + slot;

/** The export of a slot. NFSv3 and NFSv4 mount it by the same path, so that one `nfsroot=` is right for both. */
export function exportOf(slot: SlotNumber, path: string, client: Ipv4, versions = ALL_VERSIONS): ExportSpec {
  return { slot, id: exportId(slot), path, client, pseudo: path, versions };
}

/** The export of the root that the slot's board boots once; its own root stays exported beside it. */
export function rescueExportOf(slot: SlotNumber, path: string, client: Ipv4, versions = ALL_VERSIONS): ExportSpec {
  return { slot, id: rescueExportId(slot), path, client, pseudo: path, versions };
}

/** The numbers that exports of a slot may have. */
export const exportIdsOf = (slot: SlotNumber): ReadonlySet<number> => new Set([exportId(slot), rescueExportId(slot)]);

/** An export as a server reports it. */
export interface ExportSeen {
  readonly id: number;
  readonly path: string;
  readonly pseudo: string;
  /** Addresses without a prefix length where it is one address. */
  readonly clients: readonly string[];
  /** Which directory it was when it was exported (`rootIdentity`); undefined when that is not known. */
  readonly identity: string | undefined;
}

/** An export that is wanted, with the directory that is there now. */
export interface ExportWanted extends ExportSpec {
  readonly identity: string;
}

export interface ExportChanges {
  readonly add: readonly ExportWanted[];
  readonly remove: readonly ExportSeen[];
  /** Only the client differs. */
  readonly update: readonly ExportWanted[];
  /** Another directory under the same number: taken away and added, since handles of the old one would go stale. */
  readonly replace: readonly ExportWanted[];
  readonly unchanged: readonly ExportWanted[];
}

export function planExports(wanted: readonly ExportWanted[], seen: readonly ExportSeen[]): ExportChanges {
  const there = new Map(seen.map((each) => [each.id, each]));
  const add: ExportWanted[] = [];
  const update: ExportWanted[] = [];
  const replace: ExportWanted[] = [];
  const unchanged: ExportWanted[] = [];
  for (const each of wanted) {
    const now = there.get(each.id);
    there.delete(each.id);
    if (now === undefined) add.push(each);
    else if (now.path !== each.path || now.pseudo !== each.pseudo || now.identity !== each.identity) replace.push(each);
    else if (!isOnlyClient(now, each)) update.push(each);
    else unchanged.push(each);
  }
  return { add, remove: [...there.values()], update, replace, unchanged };
}

/** Where what is exported differs from what is wanted, one line each; none when all is well. */
export function exportDifferences(wanted: readonly ExportSpec[], seen: readonly ExportSeen[]): string[] {
  const there = new Map(seen.map((each) => [each.id, each]));
  const differences: string[] = [];
  for (const each of wanted) {
    const now = there.get(each.id);
    there.delete(each.id);
    if (now === undefined) differences.push(`slot ${each.slot} (${each.path}) is not exported`);
    else if (now.path !== each.path) differences.push(`slot ${each.slot} exports ${now.path} instead of ${each.path}`);
    else if (now.pseudo !== each.pseudo)
      differences.push(`slot ${each.slot} is at ${now.pseudo} instead of ${each.pseudo}`);
    else if (!isOnlyClient(now, each)) {
      differences.push(`slot ${each.slot} is open to ${now.clients.join(', ') || 'nobody'} instead of ${each.client}`);
    }
  }
  for (const each of there.values()) differences.push(`export ${each.id} (${each.path}) is there and is nobody's`);
  return differences;
}

const isOnlyClient = (seen: ExportSeen, wanted: ExportSpec): boolean =>
  seen.clients.length === 1 && seen.clients[0] === wanted.client;

/** Throws RangeError for specs that would open one slot's root to another, or that no server can tell apart. */
export function assertDistinct(specs: readonly ExportSpec[]): void {
  const fields = [
    ['id', (spec: ExportSpec) => spec.id],
    ['path', (spec: ExportSpec) => spec.path],
    ['pseudo', (spec: ExportSpec) => spec.pseudo],
    ['client', (spec: ExportSpec) => spec.client],
  ] as const;
  for (const [field, value] of fields) {
    const owners = new Map<string | number, SlotNumber>();
    for (const spec of specs) {
      const other = owners.get(value(spec));
      // A slot's board is the one client of all exports of the slot.
      if (other !== undefined && !(field === 'client' && other === spec.slot)) {
        throw new RangeError(
          `slots ${other} and ${spec.slot} have the same export ${field}, ${value(spec)}: expected one each`,
        );
      }
      owners.set(value(spec), spec.slot);
    }
  }
}
