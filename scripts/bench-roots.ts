/**
 * Prints what a reimage costs this controller before a board gets power, for 108 slots, on the file system of a directory:
 * clone and personalise alone, then with the rows of the database and the swap. Wall time, and CPU of this process and of
 * the programs that it runs; figures, no verdict.
 * Mounts are made in a namespace of its own. Root and the pinned Node are needed:
 * `. scripts/toolchain.sh && unshare -m node scripts/bench-roots.ts [DIRECTORY [overlay|btrfs|reflink|copy [SLOTS]]]`;
 * with `--json NAME` one JSON line. `scripts/bench-clones` does all back-ends, on file systems that it makes.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { realClock } from '../src/net/real-clock.ts';
import { run } from '../src/net/run.ts';
import { slotNumber } from '../src/rack/units.ts';
import type { BackendName } from '../src/roots/backends/backend.ts';
import { mapBounded } from '../src/roots/bounded.ts';
import { readImage } from '../src/roots/images.ts';
import { KnownImages } from '../src/roots/known-images.ts';
import { numberedPlace } from '../src/roots/place.ts';
import { RootStore } from '../src/roots/root-store.ts';
import { SlotRoots } from '../src/roots/slot-roots.ts';
import { Store } from '../src/store/store.ts';
import { makeFakeImage } from '../test/roots/support/fake-image.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const [parent = tmpdir(), backend = 'overlay', count = '108'] = positionals;
const say = (text: string) => (values.json === undefined ? console.log(text) : undefined);
const facts: Record<string, number | string> = { name: values.json ?? '', backend, slots: Number(count) };
const round = (value: number): number => Math.round(value * 10) / 10;
const scratch = mkdtempSync(join(parent, 'pirack-bench-roots-'));
const slots = Array.from({ length: Number(count) }, (_, index) => slotNumber(index + 1));
const log = pino({ level: 'error' });

/** Ticks a second of /proc (proc(5)), on every Linux that Node runs on. */
const TICKS = 100;

/** Seconds of CPU of this process, and of its children that have ended. */
function cpu(): { own: number; children: number } {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / TICKS, children: (childUser + childSystem) / TICKS };
}

/** @param key of the figures for one of `of`, in milliseconds, in the JSON line */
async function timed(what: string, key: string, of: number, act: () => Promise<unknown>): Promise<void> {
  const [wall, before] = [performance.now(), cpu()];
  await act();
  const took = performance.now() - wall;
  const { own, children } = cpu();
  const used = `${(own - before.own).toFixed(2)} s CPU here, ${(children - before.children).toFixed(2)} s in programs`;
  say(`${what}: ${Math.round(took)} ms for ${of}, ${(took / of).toFixed(1)} ms each; ${used}`);
  const each = (seconds: number) => round((seconds * 1000) / of);
  facts[`${key}WallMs`] = round(took / of);
  facts[`${key}CpuMs`] = each(own - before.own);
  facts[`${key}ProgramsMs`] = each(children - before.children);
}

try {
  const directory = join(scratch, 'roots');
  mkdirSync(directory);
  const image = await readImage(makeFakeImage(join(scratch, 'image')));
  const store = new Store(join(scratch, 'state'));
  const files = new RootStore({ directory, backend: backend as BackendName, run, clock: realClock, log, randomBytes });
  const images = new KnownImages([
    { name: 'fake', directory: image.directory, trim: { firmware: 'full', initramfs: 'keep', kernel: 'keep' } },
  ]);
  await images.load();
  const known = images.ofRackFile('fake');
  const { roots: table, commit } = store;
  const all = new SlotRoots({ table, commit, store: files, images, clock: realClock });
  const wishes = (slot: number) => ({ hostName: `bench-${slot}` });
  const make = async (slot: (typeof slots)[number]) => {
    const row = await all.make(slot, known, wishes(slot));
    await all.swap(slot, row.id, 60_000 as never);
  };
  say(`${backend} in ${parent}, ${slots.length} slots`);
  await timed('the first root, with what it needs once', 'first', 1, () => make(slots[0] as never));
  const walls: number[] = [];
  await timed('clone and personalise, one after the other', 'clone', slots.length, async () => {
    for (const slot of slots) {
      const began = performance.now();
      await files.ensureRoot(numberedPlace(slot, 900_000), wishes(slot), image);
      walls.push(performance.now() - began);
    }
  });
  walls.sort((a, b) => a - b);
  facts.cloneMedianWallMs = round(walls[walls.length >> 1] as number);
  facts.cloneSlowestWallMs = round(walls.at(-1) as number);
  for (const slot of slots) await files.removeRoot(numberedPlace(slot, 900_000));
  await timed('a root for every slot with its rows, 4 at a time', 'withRows', slots.length, () =>
    mapBounded(slots, 4, make),
  );
  table.setRoles(table.all().map(({ id }) => ({ id, role: 'doomed' })));
  await timed('sweeping', 'sweep', table.all().length, () => all.sweep(() => false));
  store.close();
  facts.load = round(loadavg()[0] as number);
  if (values.json !== undefined) console.log(JSON.stringify(facts));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
