import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { realClock } from '../../src/net/real-clock.ts';
import { run } from '../../src/net/run.ts';
import { slotNumber } from '../../src/rack/units.ts';
import { chooseBackend, type Probe } from '../../src/roots/backends/probe.ts';
import { mapBounded, Turns } from '../../src/roots/bounded.ts';
import { NotPossible, RootDamaged, RootHasOtherImage } from '../../src/roots/errors.ts';
import { type Image, readImage } from '../../src/roots/images.ts';
import { placeName } from '../../src/roots/place.ts';
import { RootStore } from '../../src/roots/root-store.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';

const ONE = placeName(slotNumber(1));

/** A store that copies, which works everywhere and as anybody. */
async function openStore() {
  const scratch = scratchDirectory();
  const directory = join(scratch, 'roots');
  const image = await readImage(makeFakeImage(join(scratch, 'image')));
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(JSON.parse(line).msg) });
  let bytes = 0;
  const randomBytes = (count: number) => new Uint8Array(count).fill(++bytes);
  const store = new RootStore({ directory, backend: 'copy', run, clock: realClock, log, randomBytes });
  return {
    store,
    directory,
    image,
    warnings,
    ensure: (from: Image = image) => store.ensureRoot(ONE, { hostName: 'pi1' }, from),
  };
}
const place = (directory: string) => join(directory, 'slot-001');

describe('ensureRoot', () => {
  test('makes a root once, personal, and finds it again', async () => {
    const { ensure, directory } = await openStore();
    const made = await ensure();
    expect(made).toMatchObject({
      place: 'slot-001',
      path: join(place(directory), 'root'),
      record: { backend: 'copy' },
      made: true,
    });
    expect(readFileSync(join(made.path, 'etc/hostname'), 'utf8')).toBe('pi1\n');
    expect(readFileSync(join(made.path, 'etc/machine-id'), 'utf8')).toBe(`${'01'.repeat(16)}\n`);
    expect(readFileSync(join(made.path, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')).toBe(
      `${made.record.hostKey?.publicKey}\n`,
    );
    writeFileSync(join(made.path, 'mine'), '');
    expect(await ensure()).toMatchObject({ made: false });
    expect(existsSync(join(made.path, 'mine'))).toBe(true);
    expect(JSON.parse(readFileSync(join(place(directory), 'clone.json'), 'utf8'))).toMatchObject({
      image: 'fake@1',
      backend: 'copy',
    });
  });

  test('a half-made root is made again, and that is said', async () => {
    const { ensure, directory, warnings } = await openStore();
    mkdirSync(join(directory, '.slot-001.making/root/etc'), { recursive: true });
    mkdirSync(join(directory, '.slot-001.removing/root'), { recursive: true });
    expect(await ensure()).toMatchObject({ made: true });
    expect(readdirSync(directory)).toEqual(['slot-001']);
    expect(warnings).toEqual([expect.stringContaining('half made')]);
  });

  test('another image, or another version of it, is refused, and nothing is lost', async () => {
    const { ensure, image, directory } = await openStore();
    const { path } = await ensure();
    writeFileSync(join(path, 'mine'), '');
    const error = await ensure({ ...image, version: '2', id: 'fake@2' }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RootHasOtherImage);
    expect(error).toMatchObject({ place: place(directory), has: 'fake@1', wanted: 'fake@2' });
    expect(existsSync(join(path, 'mine'))).toBe(true);
  });

  test.each([
    ['no record', undefined],
    ['a record that is cut off', '{"image":"fake@1"'],
    ['a record of another kind', '{"image":"fake@1","backend":"tape","created":""}'],
  ])('a place with %s is left alone', async (_, record) => {
    const { ensure, directory } = await openStore();
    mkdirSync(join(place(directory), 'root'), { recursive: true });
    writeFileSync(join(place(directory), 'root/precious'), '');
    if (record !== undefined) writeFileSync(join(place(directory), 'clone.json'), record);
    await expect(ensure()).rejects.toThrow(RootDamaged);
    expect(existsSync(join(place(directory), 'root/precious'))).toBe(true);
  });

  test('a failed clone leaves no root, and the next try makes one', async () => {
    const { ensure, image, directory } = await openStore();
    await expect(ensure({ ...image, root: '/nonexistent/image' })).rejects.toThrow(/cp/);
    expect(existsSync(place(directory))).toBe(false);
    expect(await ensure()).toMatchObject({ made: true });
  });
});

test('removeRoot takes everything away, once or twice', async () => {
  const { ensure, store, directory } = await openStore();
  await ensure();
  await store.removeRoot(ONE);
  await store.removeRoot(ONE);
  expect(readdirSync(directory)).toEqual([]);
});

test('a directory that mount options would misread is refused', async () => {
  const { image } = await openStore();
  const options = {
    backend: 'copy',
    run,
    clock: realClock,
    log: pino({ level: 'silent' }),
    randomBytes: () => new Uint8Array(16),
  } as const;
  expect(() => new RootStore({ ...options, directory: '/srv/a,b' })).toThrow(NotPossible);
  expect(image.name).toBe('fake');
});

describe('chooseBackend', () => {
  const probe = (name: Probe['name'], refusal?: string): Probe => ({ name, refusal, durableHandles: undefined });
  const probes = [probe('btrfs', 'not btrfs'), probe('overlay'), probe('reflink', 'not supported'), probe('copy')];
  test.each([
    ['auto', 'overlay'],
    ['overlay', 'overlay'],
    ['copy', 'copy'],
  ] as const)('%s gives %s', (wanted, expected) => expect(chooseBackend(wanted, probes, '/r')).toBe(expected));
  test('one that does not work here is refused with its reason', () => {
    expect(() => chooseBackend('btrfs', probes, '/r')).toThrow('cannot clone images in /r: btrfs: not btrfs');
  });
});

describe('bounded work', () => {
  test('keeps to its limit and to the order of results', async () => {
    let now = 0;
    let most = 0;
    const results = await mapBounded([3, 1, 2, 5, 4], 2, async (item) => {
      most = Math.max(most, ++now);
      for (let i = 0; i < item; i++) await Promise.resolve();
      now--;
      return item * 10;
    });
    expect(results).toEqual([30, 10, 20, 50, 40]);
    expect(most).toBe(2);
  });

  test('turns are taken one after the other, whatever becomes of them', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = turns.take(async () => {
      order.push('first begins');
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push('first fails');
      throw new Error('x');
    });
    const second = turns.take(async () => order.push('second'));
    await expect(first).rejects.toThrow('x');
    await second;
    expect(order).toEqual(['first begins', 'first fails', 'second']);
  });
});
