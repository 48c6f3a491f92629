/** Run in a mount namespace of its own: what mount, unmount and their refusals do. Prints JSON. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mount, snapshotSubvolume, subvolumeId, unmount } from '../../../src/net/mount.ts';
import type { SystemError } from '../../../src/net/native.ts';

const [scratch = ''] = process.argv.slice(2);
const target = join(scratch, 'target');
const link = join(scratch, 'link');
mkdirSync(target);
symlinkSync(target, link);
const refusal = (act: () => Promise<unknown>) =>
  act().then(
    () => 'none',
    (error: SystemError) => `${error.syscall} ${error.code}`,
  );

await mount('tmpfs', 'first', target, ['nosuid', 'nodev', 'noexec', 'size=1m', 'mode=700']);
const [line] = readFileSync('/proc/self/mounts', 'utf8')
  .split('\n')
  .filter((each) => each.startsWith('first '));
writeFileSync(join(target, 'script'), '#!/bin/sh\n', { mode: 0o755 });
const unmounts = {
  link: await refusal(() => unmount(link)),
  good: await refusal(() => unmount(target)),
  again: await refusal(() => unmount(target)),
};
console.log(
  JSON.stringify({
    line,
    unmounts,
    noType: await refusal(() => mount('nonesuch', 'x', target, [])),
    noTarget: await refusal(() => mount('tmpfs', 'x', join(scratch, 'none'), [])),
    badOption: await refusal(() => mount('tmpfs', 'x', target, ['nonesuch=1'])),
    tooLong: await mount('tmpfs', 'x', target, ['a'.repeat(5000)]).then(
      () => 'none',
      (error: Error) => error.message,
    ),
    noBtrfs: [
      await refusal(() => snapshotSubvolume(target, scratch, 'copy')),
      await refusal(() => subvolumeId(target)),
      await refusal(() => subvolumeId(link)),
    ],
  }),
);
