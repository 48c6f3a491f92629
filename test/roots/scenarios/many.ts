/** 108 overlay roots at once, and their exports: how long each part takes. */
import { join } from 'node:path';
import { millis } from '../../../src/rack/units.ts';
import type { GaneshaServer } from '../../../src/roots/exports/ganesha.ts';
import { readImage } from '../../../src/roots/images.ts';
import { placeName } from '../../../src/roots/place.ts';
import { finish, log, planOf, rootsIn } from './common.ts';

const [scratch = '', image = ''] = process.argv.slice(2);
const plan = planOf(108, image, join(scratch, 'roots'), {
  roots: { directory: join(scratch, 'roots'), backend: 'overlay', keepOld: millis(0), diskSize: undefined },
});
log.level = 'warn';
const open = () => rootsIn(scratch, plan);
const timed = async <T>(act: () => Promise<T>): Promise<[T, number]> => {
  const began = performance.now();
  const result = await act();
  return [result, Math.round(performance.now() - began)];
};

const roots = open();
const marks: number[] = [];
const began = performance.now();
const [first, prepare] = await timed(() => roots.prepare(() => marks.push(performance.now() - began)));
const clones = Math.round((marks.at(-1) ?? 0) - (marks[0] ?? 0));
const server = roots.server as GaneshaServer;
const [, one] = await timed(async () => {
  await server.apply(roots.exports().slice(1));
  await roots.store?.removeRoot(placeName(plan.slots[0]!.slot));
  await roots.store?.ensureRoot(placeName(plan.slots[0]!.slot), { hostName: 'pi1' }, await readImage(image));
  await server.apply(roots.exports());
});
const [all] = await timed(() => server.apply([]));
const [back, add] = await timed(() => server.apply(roots.exports()));
await roots.stop();
const [later, adopt] = await timed(() => open().prepare());
finish({
  made: first.ready.filter((root) => root.made).length,
  removed: all.removed,
  added: back.added,
  adopted: later.exports.unchanged,
  milliseconds: { prepare, clones, reimageOne: one, addAll: add, adopt },
});
