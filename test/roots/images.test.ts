import { mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ImageUnusable, inspectImage, listImages, readImage } from '../../src/roots/images.ts';
import { makeFakeImage, scratchDirectory } from './support/fake-image.ts';

describe('readImage', () => {
  test('reads a whole image', async () => {
    const directory = makeFakeImage(join(scratchDirectory(), 'fake'));
    expect(await readImage(directory)).toEqual({
      name: 'fake',
      version: '1',
      id: 'fake@1',
      created: '2026-01-02T03:04:05Z',
      arch: 'arm64',
      directory,
      root: join(directory, 'root'),
      boot: {
        directory: join(directory, 'boot'),
        kernel: 'kernel8.img',
        initramfs: 'initramfs8',
        cmdline: 'console=ttyS1,115200',
      },
    });
  });

  test('names every part that is missing, and an empty file counts as missing', async () => {
    const directory = makeFakeImage(join(scratchDirectory(), 'fake'));
    unlinkSync(join(directory, 'boot/start4.elf'));
    writeFileSync(join(directory, 'boot/kernel8.img'), '');
    unlinkSync(join(directory, 'boot/a.dtb'));
    rmSync(join(directory, 'root'), { recursive: true });
    const error = await readImage(directory).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ImageUnusable);
    const paths = (error as ImageUnusable).problems.map((problem) =>
      problem.kind === 'missing' ? problem.path : problem.kind,
    );
    expect(paths).toEqual(
      ['boot/kernel8.img', 'boot/start4.elf', 'boot/*.dtb', 'root/sbin/init'].map((path) => join(directory, path)),
    );
  });

  const broken: [string, (image: Record<string, unknown>) => unknown, string][] = [
    ['no version', ({ version: _, ...rest }) => rest, 'version'],
    ['a name that is a path', (image) => ({ ...image, name: '../../etc' }), 'name'],
    [
      'a kernel outside boot',
      (image) => ({ ...image, boot: { kernel: '../../../etc/shadow', cmdline: '' } }),
      'boot.kernel',
    ],
    [
      'a command line of two lines',
      (image) => ({ ...image, boot: { kernel: 'kernel8.img', cmdline: 'a\nroot=/dev/sda' } }),
      'boot.cmdline',
    ],
    ['an unknown architecture', (image) => ({ ...image, arch: 'vax' }), 'arch'],
    ['a list', () => [], '(the whole file)'],
  ];
  test.each(broken)('refuses %s', async (_, change, field) => {
    const directory = makeFakeImage(join(scratchDirectory(), 'fake'));
    const path = join(directory, 'image.json');
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    const inspected = await inspectImage(directory);
    expect('problems' in inspected && inspected.problems).toMatchObject([{ kind: 'field', field }]);
  });

  test('refuses what is not JSON, and a directory without a description', async () => {
    const directory = makeFakeImage(join(scratchDirectory(), 'fake'));
    writeFileSync(join(directory, 'image.json'), '{"name":');
    expect(await inspectImage(directory)).toMatchObject({ problems: [{ kind: 'unreadable' }] });
    unlinkSync(join(directory, 'image.json'));
    expect(await inspectImage(directory)).toMatchObject({
      problems: [{ kind: 'missing', path: join(directory, 'image.json') }],
    });
  });
});

describe('listImages', () => {
  test('lists good and bad ones, and leaves out what is being made', async () => {
    const parent = scratchDirectory();
    makeFakeImage(join(parent, 'good'));
    mkdirSync(join(parent, 'bad'));
    mkdirSync(join(parent, '.make-image.1'));
    writeFileSync(join(parent, 'note.txt'), '');
    const listed = await listImages(parent);
    expect(listed.map((each) => [each.directory.slice(parent.length + 1), 'image' in each])).toEqual([
      ['bad', false],
      ['good', true],
      ['note.txt', false],
    ]);
    expect(await listImages(join(parent, 'absent'))).toEqual([]);
  });
});
