/**
 * The place of one root in the roots directory: `slot-007/{clone.json, root/, data/}`, and `slot-007.12` for one that was
 * made later: a number is used once, so that no path ever means another root than before. `root/` is what is exported,
 * `data/` what the back-end keeps beside it, and `clone.json` says what the root was cloned from. It is written last, and
 * the place gets its name only then: a place without it was never finished.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type SlotNumber, slotNumber } from '../rack/units.ts';
import { BACKEND_NAMES } from './backends/backend.ts';
import { hasCode, messageOf } from './errors.ts';
import { isThere, replaceFile } from './files.ts';

/** The name of a root's place. */
export type PlaceName = string & { readonly __brand: 'PlaceName' };

const PREFIX = 'slot-';

/** The first root of a slot: `slot-007`, which sorts by number up to 999. */
export const placeName = (slot: SlotNumber): PlaceName => `${PREFIX}${String(slot).padStart(3, '0')}` as PlaceName;
/** A later one. */
export const numberedPlace = (slot: SlotNumber, number: number): PlaceName =>
  `${placeName(slot)}.${number}` as PlaceName;
export const placeOf = (directory: string, place: PlaceName): string => join(directory, place);
/** The slot of a place's root; undefined: it is no such name. */
export function slotIn(place: string): SlotNumber | undefined {
  const number = /^slot-(\d{3,})(?:\.\d+)?$/.exec(place)?.[1];
  return number === undefined ? undefined : slotNumber(Number(number));
}
/** Names of a place that is being made or removed: after a crash they are rubbish. */
export const makingPlace = (directory: string, place: PlaceName): string => join(directory, `.${place}.making`);
export const removingPlace = (directory: string, place: PlaceName): string => join(directory, `.${place}.removing`);
export const rootIn = (place: string): string => join(place, 'root');
export const dataIn = (place: string): string => join(place, 'data');

const cloneFile = z.object({
  /** `name@version`. */
  image: z.string().min(1),
  backend: z.enum(BACKEND_NAMES),
  /** ISO 8601. */
  created: z.string(),
  machineId: z.string().optional(),
  /** What the quota counted of the clone when it was fresh, and the number of its project. */
  imageBytes: z.int().optional(),
  project: z.int().optional(),
  /** What the board's SSH server will show of itself. Absent in roots of before there were any. */
  hostKey: z.object({ type: z.literal('ssh-ed25519'), fingerprint: z.string(), publicKey: z.string() }).optional(),
});
export type CloneRecord = z.infer<typeof cloneFile>;

/** Durable once the directory of the places is synced: what happens to names reaches the disk in its order. */
export async function writeCloneRecord(place: string, record: CloneRecord): Promise<void> {
  await replaceFile(join(place, 'clone.json'), `${JSON.stringify(record)}\n`);
}

/** The record; undefined when the place does not exist; a reason when it exists and has no good record. */
export async function readCloneRecord(place: string): Promise<CloneRecord | { readonly damaged: string } | undefined> {
  const path = join(place, 'clone.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) return { damaged: messageOf(error) };
    return (await isThere(place)) ? { damaged: 'it has no clone.json' } : undefined;
  }
  try {
    return cloneFile.parse(JSON.parse(text));
  } catch (error) {
    return { damaged: `clone.json: ${messageOf(error)}` };
  }
}
