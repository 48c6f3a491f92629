import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoardReports, rootsIn } from '../../../src/jobs/health/board-reports.ts';
import { slotNumber } from '../../../src/rack/units.ts';

let directory: string;
let reports: BoardReports;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-reports-'));
  reports = new BoardReports(rootsIn(directory));
});
afterEach(() => rmSync(directory, { recursive: true }));

const one = slotNumber(1);
const rootOf = (place: string) => join(directory, place, 'root');

function writes(place: string, text: string): void {
  mkdirSync(join(rootOf(place), 'var/lib/pirack'), { recursive: true });
  writeFileSync(join(rootOf(place), 'var/lib/pirack/health'), text);
}
const loads = async (...places: string[]) =>
  [...(await reports.look(places.map((place, at) => ({ slot: slotNumber(at + 1), place }))))].map(
    ([slot, { load }]) => [slot, load] as const,
  );

describe('reports of boards', () => {
  it('count once, and not when it is not known when they were written', async () => {
    writes('slot-001', 'load=1.0\n');
    expect(await loads('slot-001')).toEqual([]);
    writes('slot-001', 'load=2.0\n');
    expect(await loads('slot-001')).toEqual([[1, 2]]);
    // The board hangs: its file stays as it is.
    expect(await loads('slot-001')).toEqual([]);
    writes('slot-001', 'load=3.0\n');
    expect(await loads('slot-001')).toEqual([[1, 3]]);
  });

  it('of another root, or after a time without power, begin anew', async () => {
    writes('slot-001', 'load=1.0\n');
    writes('slot-001.2', 'load=9.0\n');
    await loads('slot-001');
    expect(await loads('slot-001.2')).toEqual([]);
    expect(await loads()).toEqual([]);
    writes('slot-001.2', 'load=8.0\n');
    expect(await loads('slot-001.2')).toEqual([]);
  });

  it('are each of its own board, of a whole rack', async () => {
    const places = Array.from({ length: 108 }, (_, at) => `slot-${String(at + 1).padStart(3, '0')}`);
    for (const place of places) writes(place, 'load=0\n');
    await loads(...places);
    for (const [at, place] of places.entries()) if (at % 2 === 0) writes(place, `load=${at + 1}\n`);
    const seen = await loads(...places);
    expect(seen).toHaveLength(54);
    expect(seen.every(([slot, load]) => slot === load)).toBe(true);
  });
});

/** A tenant is root in the root, and whatever is there is not opened. */
describe('what is no report', () => {
  const inside = (path: string) => join(rootOf('slot-001'), path);
  const secret = () => join(directory, 'secret');

  async function isNotTaken(): Promise<void> {
    writes('slot-002', 'load=1.0\n');
    await loads('slot-001', 'slot-002');
    writeFileSync(secret(), 'load=6.0\n');
    writes('slot-002', 'load=2.0\n');
    expect(await loads('slot-001', 'slot-002')).toEqual([[2, 2]]);
  }

  beforeEach(() => {
    mkdirSync(inside('var/lib'), { recursive: true });
    writeFileSync(secret(), 'load=5.0\n');
  });

  it('a link out of the root', async () => {
    mkdirSync(inside('var/lib/pirack'));
    symlinkSync(secret(), inside('var/lib/pirack/health'));
    await isNotTaken();
  });

  it('a directory that is a link', async () => {
    mkdirSync(join(directory, 'elsewhere'));
    symlinkSync(secret(), join(directory, 'elsewhere/health'));
    symlinkSync(join(directory, 'elsewhere'), inside('var/lib/pirack'));
    await isNotTaken();
  });

  it('a fifo that nobody writes to', async () => {
    mkdirSync(inside('var/lib/pirack'));
    execFileSync('mkfifo', [inside('var/lib/pirack/health')]);
    await isNotTaken();
  });

  it('a directory, or more than a report', async () => {
    mkdirSync(inside('var/lib/pirack/health'), { recursive: true });
    await isNotTaken();
    rmSync(inside('var/lib/pirack/health'), { recursive: true });
    writes('slot-001', 'load=1\n'.repeat(1_000));
    await isNotTaken();
  });

  it('nothing at all', async () => {
    expect(await reports.look([{ slot: one, place: 'slot-404' }])).toEqual(new Map());
  });
});
