// What mount, unmount and their refusals do.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { mount, snapshotSubvolume, subvolumeId, unmount } from '../../../src/net/mount.ts';
import type { SystemError } from '../../../src/net/native.ts';
import { answer } from '../support/bench-of-legs.ts';

// A file system that is this script's alone.
const scratch = '/run/mounts';
const target = join(scratch, 'target');
const link = join(scratch, 'link');
mkdirSync(target, { recursive: true });
symlinkSync(target, link);
const refusal = (act: () => Promise<unknown>) =>
  act().then(
    () => 'none',
    (error: SystemError) => `${error.syscall} ${error.code}`,
  );
const message = (act: () => Promise<unknown>) =>
  act().then(
    () => 'none',
    (error: Error) => error.message,
  );

await mount('tmpfs', 'first', target, ['nosuid', 'nodev', 'noexec', 'size=1m', 'mode=700']);
const [line] = readFileSync('/proc/self/mounts', 'utf8')
  .split('\n')
  .filter((each) => each.startsWith('first '));
const unmounts = {
  link: await refusal(() => unmount(link)),
  good: await refusal(() => unmount(target)),
  again: await refusal(() => unmount(target)),
};
const open = readdirSync('/proc/self/fd').length;
answer({
  line,
  unmounts,
  noType: await refusal(() => mount('nonesuch', 'x', target, [])),
  noTarget: await refusal(() => mount('tmpfs', 'x', join(scratch, 'none'), [])),
  badOption: await refusal(() => mount('tmpfs', 'x', target, ['nonesuch=1'])),
  longest: await refusal(() => mount('tmpfs', 'x', `/${'a'.repeat(4094)}`, [])),
  tooLong: [
    await message(() => mount('tmpfs', 'x', target, ['a'.repeat(4096)])),
    await message(() => mount('tmpfs', 'x', `/${'a'.repeat(4095)}`, [])),
    await message(() => snapshotSubvolume(target, scratch, 'a'.repeat(256))),
  ],
  // More than the pool has threads.
  many: new Set(await Promise.all(Array.from({ length: 200 }, () => refusal(() => subvolumeId(target))))).size,
  noBtrfs: [
    await refusal(() => snapshotSubvolume(target, scratch, 'copy')),
    await refusal(() => subvolumeId(target)),
    await refusal(() => subvolumeId(link)),
  ],
  leaked: readdirSync('/proc/self/fd').length - open,
});
