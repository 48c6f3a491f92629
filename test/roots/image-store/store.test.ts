import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../src/net/run.ts';
import { readCatalogue, withDefault, withLabel, writeCatalogue } from '../../../src/roots/image-store/catalogue.ts';
import { undoSteps } from '../../../src/roots/image-store/derive.ts';
import { ImageExists, NoSuchImage } from '../../../src/roots/image-store/store.ts';
import { usesOf } from '../../../src/roots/image-store/usage.ts';
import { verifyImage } from '../../../src/roots/image-store/verify.ts';
import { describeWith } from '../../support/needs.ts';
import { BUILT } from '../import/support/pi-image.ts';
import { openStore, takeIn } from '../import/support/store.ts';
import { scratchDirectory } from '../support/fake-image.ts';

test('a catalogue has labels and one default a model, and forgets models without either', async () => {
  const store = scratchDirectory();
  let catalogue = withLabel(readCatalogue(store), '3B', 'os:1', 'An OS');
  catalogue = withDefault(catalogue, '4B', 'os');
  await writeCatalogue(store, catalogue);
  expect(readCatalogue(store)).toEqual({
    models: { '3B': { labels: { 'os:1': 'An OS' } }, '4B': { labels: {}, default: 'os' } },
  });
  await writeCatalogue(store, withLabel(withDefault(catalogue, '4B', undefined), '3B', 'os:1', undefined));
  expect(readCatalogue(store)).toEqual({ models: {} });
  writeFileSync(join(store, 'catalogue.json'), '{');
  expect(() => readCatalogue(store)).toThrow('cannot be read');
});

describeWith({ root: true, programs: ['getcap'], files: [BUILT] })('a store', () => {
  test('keeps an image, tells what became different, and who uses it', async () => {
    const scratch = scratchDirectory();
    const store = openStore(join(scratch, 'images'));
    mkdirSync(store.directory);
    // What a process left that was killed, and what one that lives is at.
    mkdirSync(join(store.directory, '.making-999999999-1-1/new'), { recursive: true });
    const { image } = await takeIn(store, BUILT, { name: 'os' });
    expect(readdirSync(store.directory)).toEqual(['os@1']);
    expect((await store.find('os')).id).toBe('os@1');
    await expect(store.find('os:2')).rejects.toThrow(NoSuchImage);
    await expect(takeIn(store, BUILT, { name: 'os' })).rejects.toThrow(ImageExists);

    expect((await verifyImage(image)).count).toBe(0);
    appendFileSync(join(image.root, 'etc/passwd'), 'evil::0:0::/:/bin/sh\n');
    chmodSync(join(image.root, 'etc/hosts'), 0o666);
    rmSync(join(image.boot.directory, 'fixup4cd.dat'));
    writeFileSync(join(image.root, 'etc/new file'), '');
    const told = (await verifyImage(image)).differences.map(({ what, path }) => `${what} ${path}`);
    expect(told).toEqual([
      'missing boot/fixup4cd.dat',
      'changed root/etc/hosts',
      'added root/etc/new file',
      'changed root/etc/passwd',
    ]);

    const state = join(scratch, 'state');
    expect(await usesOf(image, state)).toEqual([]);
    mkdirSync(join(state, 'oak/roots/slot-007'), { recursive: true });
    writeFileSync(
      join(state, 'oak/roots/slot-007/clone.json'),
      JSON.stringify({ image: 'os@1', backend: 'copy', created: '' }),
    );
    writeFileSync(
      join(state, 'oak/images-used.json'),
      JSON.stringify({ rootsDirectory: join(state, 'oak/roots'), images: ['os@1'] }),
    );
    expect(await usesOf(image, state)).toEqual([
      'rack oak serves it',
      'rack oak: the root of slot 7 is cloned from it',
    ]);

    await expect(
      undoSteps(store, image, { steps: ['health'], version: '2', run, now: () => new Date() }),
    ).rejects.toThrow('was not prepared by health');
    await store.remove(image);
    expect(existsSync(image.directory)).toBe(false);
    expect(readdirSync(store.directory)).toEqual([]);
  }, 60_000);
});
