import { lstatSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noneYounger } from '../../../src/roots/build/times.ts';
import { scratchDirectory } from '../support/fake-image.ts';

it('nothing is younger than the date, what is older stays, and no link leads to what is not the image’s', async () => {
  const directory = scratchDirectory();
  const image = join(directory, 'image');
  mkdirSync(join(image, 'etc'), { recursive: true });
  for (const file of ['image/etc/written', 'image/etc/old', 'outside']) writeFileSync(join(directory, file), '');
  symlinkSync('../../outside', join(image, 'etc/link'));
  utimesSync(join(image, 'etc/old'), 1_000_000, 1_000_000);
  const outside = lstatSync(join(directory, 'outside')).mtimeMs;
  await noneYounger([image], 1_700_000_000);
  const time = (path: string) => lstatSync(join(image, path)).mtimeMs / 1000;
  expect(['', 'etc', 'etc/written', 'etc/link', 'etc/old'].map(time)).toEqual([
    ...Array<number>(4).fill(1_700_000_000),
    1_000_000,
  ]);
  expect(lstatSync(join(directory, 'outside')).mtimeMs).toBe(outside);
});
