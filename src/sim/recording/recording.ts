/**
 * snmprec files: what one real agent answered, a row a line, `OID|TAG|VALUE` (research: snmp-poe §7). Lenient where real
 * files are odd, because nobody can record a switch again that stands in another's rack.
 */
import { readFile } from 'node:fs/promises';
import type { MibValue } from '../switch/mib.ts';
import type { Arcs } from '../switch/oid.ts';
import { compareArcs } from '../switch/oid.ts';
import { FieldInvalid, RecordingInvalid, shown } from './errors.ts';
import { readOid } from './oid.ts';
import { unprinted } from './printed.ts';
import { recordedValue } from './value.ts';
import { standingValue } from './variation.ts';

export interface RecordedRow {
  readonly oid: string;
  readonly arcs: Arcs;
  readonly tag: number;
  readonly value: MibValue;
}

export interface Recording {
  /** As it was named by whoever loaded it. */
  readonly file: string;
  /** In lexicographic order, each OID once. */
  readonly rows: readonly RecordedRow[];
  /** What was odd, for people. */
  readonly oddities: Oddities;
}

export interface Oddities {
  comments: number;
  /** Rows without a value. */
  placeholders: number;
  /** Rows of which a later line knows better. */
  duplicates: number;
  unsorted: number;
  variations: number;
  /** Hex octets that were text but for the first sixteen. */
  printed: number;
}

const TAG = /^(\d{1,3})([xe]?)(?::(\w+))?$/;

/** @throws RecordingInvalid */
export async function loadRecording(file: string): Promise<Recording> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new RecordingInvalid(file, 0, 'a file that can be read', (cause as Error).message, { cause });
  }
  return parseRecording(file, bytes);
}

/** @throws RecordingInvalid with the first line that cannot be read */
export function parseRecording(file: string, bytes: Buffer): Recording {
  // Values are octets, not text of any encoding. They may hold every control character but the one that ends a line.
  const text = bytes.toString('latin1');
  const lines = text.split('\n');
  const dos = lines.every((line) => line === '' || line.endsWith('\r'));
  const oddities: Oddities = { comments: 0, placeholders: 0, duplicates: 0, unsorted: 0, variations: 0, printed: 0 };
  const rows: RecordedRow[] = [];
  for (const [place, raw] of lines.entries()) {
    const line = dos ? raw.slice(0, -1) : raw;
    if (line.trim() === '') continue;
    if (line.startsWith('#')) {
      oddities.comments += 1;
      continue;
    }
    const row = readRow(file, place + 1, line, oddities);
    if (!row) continue;
    if (rows.length > 0 && compareArcs(rows.at(-1)!.arcs, row.arcs) > 0) oddities.unsorted += 1;
    rows.push(row);
  }
  if (rows.length === 0) throw new RecordingInvalid(file, 0, 'at least one row OID|TAG|VALUE', 'none');
  return { file, rows: inOrder(rows, oddities), oddities };
}

function readRow(file: string, line: number, text: string, oddities: Oddities): RecordedRow | undefined {
  const first = text.indexOf('|');
  const second = text.indexOf('|', first + 1);
  if (first < 0 || second < 0) throw new RecordingInvalid(file, line, 'OID|TAG|VALUE', shown(text));
  const name = readOid(text.slice(0, first));
  if (!name) throw new RecordingInvalid(file, line, 'an object identifier', shown(text.slice(0, first)));
  const [, number, form, variation] = TAG.exec(text.slice(first + 1, second)) ?? [];
  if (number === undefined) {
    throw new RecordingInvalid(file, line, 'a tag such as 2, 4x or 65:numeric', shown(text.slice(first + 1, second)));
  }
  try {
    const value = text.slice(second + 1);
    const standing = variation === undefined ? value : standingValue(variation, value);
    const tagged = recordedValue(Number(number), form as '' | 'x' | 'e', standing);
    if (variation !== undefined) oddities.variations += 1;
    const mended = form === 'x' && Buffer.isBuffer(tagged?.value) ? unprinted(tagged.value) : undefined;
    if (mended) oddities.printed += 1;
    if (tagged) return { ...name, ...tagged, ...(mended && { value: mended }) };
    oddities.placeholders += 1;
    return undefined;
  } catch (cause) {
    if (!(cause instanceof FieldInvalid)) throw cause;
    throw new RecordingInvalid(file, line, cause.expected, cause.found, { cause });
  }
}

/** Sorting is stable: of the rows of one OID the last one of the file comes last, and wins. */
function inOrder(rows: readonly RecordedRow[], oddities: Oddities): RecordedRow[] {
  const sorted = oddities.unsorted === 0 ? rows : rows.toSorted((a, b) => compareArcs(a.arcs, b.arcs));
  const unique = sorted.filter((row, place) => row.oid !== sorted[place + 1]?.oid);
  oddities.duplicates = sorted.length - unique.length;
  return unique;
}
