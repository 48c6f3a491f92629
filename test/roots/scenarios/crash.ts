/**
 * A controller that is killed again and again while it prepares roots. With `once` as third argument this is that
 * controller; without, it kills and then looks at what the last one leaves.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { millis } from '../../../src/rack/units.ts';
import { readMounts } from '../../../src/roots/mounts.ts';
import { placeName } from '../../../src/roots/place.ts';
import { finish, log, planOf, rootsIn } from './common.ts';

const [scratch = '', image = '', mode = ''] = process.argv.slice(2);
const ROUNDS = 14;
const directory = join(scratch, 'roots');
const plan = planOf(8, image, directory, {
  roots: { directory, backend: 'overlay', keepOld: millis(0), diskSize: undefined },
});
log.level = 'silent';
const open = () => rootsIn(scratch, plan);

if (mode === 'once') {
  const roots = open();
  await roots.prepare();
  // Then it does what a reimage does to every slot, over and over, until it is killed.
  for (;;) {
    for (const slot of plan.slots) {
      await roots.server?.apply(roots.exports().filter((each) => each.slot !== slot.slot));
      await roots.store?.removeRoot(placeName(slot.slot));
      await roots.prepare();
    }
  }
}

const kills: string[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), scratch, image, 'once'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  // Spread over its start, its first roots and its reimages, whatever this machine's speed.
  const left = await Promise.race([ended, pause(250 + round * 170, undefined)]);
  if (left === undefined) {
    child.kill('SIGKILL');
    await ended;
  }
  kills.push(
    left === undefined
      ? readdirSync(scratch).includes('roots')
        ? 'killed'
        : 'killed early'
      : `ended by itself: ${left}`,
  );
}

const roots = open();
const prepared = await roots.prepare();
const mounts = (await readMounts())
  .filter((mount) => mount.target.startsWith(`${directory}/`))
  .map((mount) => mount.target);
finish({
  unexpected: kills.filter((kill) => !kill.startsWith('killed')),
  failed: [...prepared.failed.values()].map(String),
  places: readdirSync(directory).sort(),
  mounts: mounts.sort(),
  listed: (await roots.server?.list())?.map(({ path, clients }) => [path, ...clients]).sort(),
  names: plan.slots.map((slot) => readFileSync(join(roots.rootPath(slot.slot), 'etc/hostname'), 'utf8')),
});
