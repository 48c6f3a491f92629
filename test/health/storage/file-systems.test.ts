import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sampleFileSystems } from '../../../src/health/storage/file-systems.ts';
import { run } from '../../../src/net/run.ts';
import { scratchDirectory } from '../../roots/support/fake-image.ts';
import { describeWith } from '../../support/needs.ts';

test('directories of one file system are one sample, and missing ones none', async () => {
  const scratch = scratchDirectory();
  mkdirSync(join(scratch, 'roots'));
  const samples = await sampleFileSystems([join(scratch, 'gone'), join(scratch, 'roots'), scratch]);
  expect(samples).toEqual([expect.objectContaining({ path: join(scratch, 'roots'), refusesWrites: undefined })]);
  expect(samples[0]?.size).toBeGreaterThan(samples[0]?.free as number);
  expect(readdirSync(join(scratch, 'roots'))).toEqual([]);
});

/** A tmpfs that became read-only, in a mount namespace of its own. */
const READ_ONLY = `
import { sampleFileSystems } from '${new URL('../../../src/health/storage/file-systems.ts', import.meta.url).pathname}';
const [sample] = await sampleFileSystems([process.argv[1]], process.argv[2]);
console.log(JSON.stringify([sample.refusesWrites ?? 'none', sample.errors]));`;

describeWith({ root: true, programs: ['unshare', 'mount'] })('a file system in trouble', () => {
  const look = async (before: string, sys = '/nonexistent') => {
    const scratch = scratchDirectory();
    const script = `mount -t tmpfs $1 "$0" && ${before} && exec "$2" --disable-warning=ExperimentalWarning --input-type=module -e "$3" "$0" "$4"`;
    const args = ['-m', 'sh', '-c', script, scratch, 'sick-disk', process.execPath, READ_ONLY, sys];
    return JSON.parse((await run('unshare', args)).stdout) as [string, unknown[]];
  };

  test('one that was made read-only refuses writes', async () => {
    expect(await look('mount -o remount,ro "$0"')).toEqual(['EROFS', []]);
  });

  test('one that is full does not: that is told by its room', async () => {
    expect(
      (await look('mount -o remount,size=4k "$0" && dd if=/dev/zero of="$0/full" bs=4k count=1 status=none'))[0],
    ).toBe('none');
  });

  test('errors are those that ext4 and btrfs count for its device', async () => {
    const sys = scratchDirectory();
    mkdirSync(join(sys, 'ext4/sick-disk'), { recursive: true });
    writeFileSync(join(sys, 'ext4/sick-disk/errors_count'), '3\n');
    expect((await look('true', sys))[1]).toEqual([{ device: 'sick-disk', count: 3 }]);

    const btrfs = scratchDirectory();
    mkdirSync(join(btrfs, 'btrfs/uuid/devices/sick-disk'), { recursive: true });
    mkdirSync(join(btrfs, 'btrfs/uuid/devinfo/1'), { recursive: true });
    writeFileSync(
      join(btrfs, 'btrfs/uuid/devinfo/1/error_stats'),
      'write_errs 2\nread_errs 0\nflush_errs 0\ncorruption_errs 5\ngeneration_errs 0\n',
    );
    expect((await look('true', btrfs))[1]).toEqual([{ device: 'device 1', count: 7 }]);
  });
});
