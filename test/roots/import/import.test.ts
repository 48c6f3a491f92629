import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readImage } from '../../../src/roots/images.ts';
import { NotGenuine } from '../../../src/roots/import/errors.ts';
import { describeWith } from '../../support/needs.ts';
import { BUILT, makeDisk, makePiImage, PROGRAMS, run } from './support/pi-image.ts';
import { keptDirectory } from './support/scratch.ts';
import { leftIn, listing, openStore, takeIn } from './support/store.ts';

describeWith({ root: true, programs: PROGRAMS, files: [BUILT] })('importing an image like Raspberry Pi OS', () => {
  let scratch: string;
  let made: ReturnType<typeof makePiImage>;
  /** Manifest of the image when it was taken in as it is. */
  let pristine: string;
  let count = 0;
  const store = () => openStore(join(scratch, `store-${++count}`));

  beforeAll(() => {
    scratch = keptDirectory();
    made = makePiImage(scratch);
  }, 120_000);

  test('takes it apart file by file, and tells what it is', async () => {
    const images = store();
    const { image, details, remarks } = await takeIn(images, made.image, { prepare: false });
    expect(listing(image.root)).toEqual(listing(made.root));
    const renamed = (path: string) => readFileSync(join(path, 'kernel8.img'));
    expect(renamed(image.boot.directory).equals(renamed(made.boot))).toBe(true);
    expect(existsSync(join(image.boot.directory, 'overlays/A long name with Ümlaut.dtbo'))).toBe(true);
    expect(details).toMatchObject({
      source: {
        file: 'pi.img',
        bytes: statSync(made.image).size,
        described: 'MBR, boot files in partition 1 (FAT), root in partition 2 (ext4)',
      },
      os: { id: 'debian', codename: 'bookworm', title: 'Debian GNU/Linux 12 (bookworm)' },
      layout: 'raspberry-pi-os',
      kernels: [{ file: 'kernel8.img', format: 'arm64', release: '6.1.0-56-arm64', nfsRoot: true }],
      models: ['3B', '3B+', '4B', '400', 'CM4'],
      capabilities: [{ path: 'usr/bin/ping', capabilities: 'cap_net_raw=ep' }],
      dropped: {
        special: [
          { path: 'null', what: 'character device' },
          { path: 'queue', what: 'pipe' },
        ],
        attributes: { 'security.capability': 1 },
      },
      prepared: [],
    });
    expect(image).toMatchObject({ arch: 'arm64', boot: { kernel: 'kernel8.img', initramfs: undefined, cmdline: '' } });
    expect(remarks).toEqual([expect.stringContaining('nothing was there to check the file against')]);
    expect(details.pristine).toBe(details.manifest.sha256);
    expect(statSync(join(image.root, 'var/lib/holes')).blocks * 512).toBeLessThan(200_000);
    expect(leftIn(images)).toEqual(['test@1']);
    expect((await readImage(image.directory)).id).toBe('test@1');
    pristine = details.pristine;
  });

  test.each([
    ['xz', ['xz', '-1', '-k'], 'pi.img.xz'],
    ['gzip', ['gzip', '-1', '-k'], 'pi.img.gz'],
    ['zstd', ['zstd', '-q', '-1'], 'pi.img.zst'],
    ['zip', ['zip', '-q', '-1', '-j', 'pi.img.zip'], 'pi.img.zip'],
  ])(
    'packed by %s it is the same',
    async (_, [program = '', ...args], name) => {
      execFileSync(program, [...args, 'pi.img'], { cwd: scratch });
      // Told by its contents: a wrong name is nobody's fault.
      const misnamed = join(scratch, `${name}.bin`);
      renameSync(join(scratch, name), misnamed);
      const seen: number[] = [];
      const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number | undefined }) => {
        if (phase === 'unpacking' && total !== undefined) seen.push(done / total);
      };
      const { details } = await takeIn(store(), misnamed, { onProgress });
      expect(details.pristine).toBe(pristine);
      expect(seen.length).toBeGreaterThan(2);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      // Half of it, as an interrupted download leaves it.
      truncateSync(misnamed, Math.floor(statSync(misnamed).size / 2));
      const images = store();
      await expect(takeIn(images, misnamed)).rejects.toThrow(/cannot be unpacked: \w+ ended with \d|is the file whole/);
      expect(leftIn(images)).toEqual([]);
      rmSync(misnamed);
    },
    120_000,
  );

  test('on a GPT, packed with its directories, and as archive or directory it is the same', async () => {
    const gpt = join(scratch, 'gpt.img');
    makeDisk(gpt, 'gpt', join(scratch, 'fat'), join(scratch, 'ext4'));
    const { details } = await takeIn(store(), gpt);
    expect(details.source.described).toBe('GPT, boot files in partition 1 (FAT), root in partition 2 (ext4)');
    expect(details.pristine).toBe(pristine);
    rmSync(gpt);

    const whole = join(scratch, 'whole');
    mkdirSync(whole);
    run('cp', '-a', made.root, join(whole, 'root'));
    run('cp', '-a', made.boot, join(whole, 'boot'));
    const taken = await takeIn(store(), whole);
    expect(listing(join(taken.image.directory, 'boot'))).toHaveLength(listing(made.boot).length);
    expect(taken.details.capabilities).toEqual([{ path: 'usr/bin/ping', capabilities: 'cap_net_raw=ep' }]);

    // A root with its boot files inside.
    run('cp', '-a', `${made.boot}/.`, join(whole, 'root/boot/firmware'));
    for (const [option, name] of [
      ['--xz', 'root.tar.xz'],
      ['--zstd', 'root.tar.zst'],
      ['--gzip', 'root.tgz'],
      ['--format=pax', 'root.tar'],
    ] as const) {
      execFileSync(
        'tar',
        ['-C', join(whole, 'root'), '--xattrs', '--xattrs-include=*', '-c', option, '-f', join(scratch, name), '.'],
        { env: { ...process.env, XZ_OPT: '-0' } },
      );
      const { image, details } = await takeIn(store(), join(scratch, name), { prepare: false });
      expect(listing(image.root), name).toEqual(listing(join(whole, 'root')));
      expect(details.source.described).toBe(
        'a tar archive with a root file system, boot files from its /boot/firmware',
      );
      expect(details.capabilities).toEqual([{ path: 'usr/bin/ping', capabilities: 'cap_net_raw=ep' }]);
    }
  }, 120_000);

  test('the image that pirack makes itself is taken as it is, under its own name', async () => {
    const { image, details } = await takeIn(store(), BUILT, { name: undefined, version: undefined });
    const built = await readImage(BUILT);
    expect([image.id, image.boot.initramfs, image.boot.cmdline]).toEqual([built.id, 'initramfs8', built.boot.cmdline]);
    expect([details.layout, details.prepared]).toEqual(['pirack', []]);
    expect(listing(image.root)).toEqual(listing(built.root).filter((line) => !line.startsWith('c ')));
  });

  test('with a kernel whose clusters go in a circle is refused, and nothing is left', async () => {
    const disk = readFileSync(made.image);
    // The first partition of the MBR is the FAT: its file table gets a kernel without end.
    const start = disk.readUInt32LE(446 + 8) * 512;
    const fat = disk.subarray(start);
    const is32 = fat.readUInt16LE(22) === 0;
    const entry = fat.indexOf('KERNEL8 IMG', 0, 'latin1');
    const first = fat.readUInt16LE(entry + 26) + (is32 ? fat.readUInt16LE(entry + 20) * 65_536 : 0);
    const at = fat.readUInt16LE(14) * fat.readUInt16LE(11) + first * (is32 ? 4 : 2);
    if (is32) fat.writeUInt32LE(first, at);
    else fat.writeUInt16LE(first, at);
    fat.writeUInt32LE(0xffffffff, entry + 28);
    const file = join(scratch, 'circle.img');
    writeFileSync(file, disk);
    const images = store();
    await expect(takeIn(images, file)).rejects.toThrow('the clusters of kernel8.img go in a circle');
    expect(leftIn(images)).toEqual([]);
    rmSync(file);
  });

  test('is held against the checksum beside it, or given', async () => {
    const file = join(scratch, 'checked.img');
    copyFileSync(made.image, file);
    const sum = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
    writeFileSync(join(scratch, 'SHA256SUMS'), `${'0'.repeat(64)}  other.img\n${sum} *checked.img\n`);
    expect((await takeIn(store(), file)).details.source).toMatchObject({ sha256: sum, checkedBy: 'SHA256SUMS' });
    const images = store();
    writeFileSync(`${file}.sha256`, `${'0'.repeat(64)}  checked.img\n`);
    await expect(takeIn(images, file)).rejects.toThrow(NotGenuine);
    await expect(takeIn(images, file, { expected: { sha256: 'short' } })).rejects.toThrow('64 hexadecimal digits');
    expect((await takeIn(images, file, { expected: { sha256: sum.toUpperCase() } })).details.source.checkedBy).toBe(
      '--sha256',
    );
    expect(basename(file)).toBe('checked.img');
    rmSync(file);
  });
});
