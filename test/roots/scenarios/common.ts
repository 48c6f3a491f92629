/** What scenarios inside a sealed namespace share. They run as programs of their own; their last line is their result. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import type { Plan, SlotPlan } from '../../../src/rack/plan.ts';
import { hours, millis } from '../../../src/rack/units.ts';
import type { Run } from '../../../src/roots/backends/backend.ts';
import { openRoots, type Roots, type RootsOptions } from '../../../src/roots/index.ts';
import { Store } from '../../../src/store/store.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';
import { makePlan } from '../../support/plan.ts';

/** Diagnostics go to stderr, where they are seen when a scenario fails. */
export const log = pino({ level: 'info' }, pino.destination({ fd: 2, sync: true }));

export function planOf(slots: number, image: string, roots: string, change: Partial<Plan> = {}): Plan {
  const plan = makePlan(slots, {
    images: [{ name: 'fake', directory: image, trim: { firmware: 'auto', initramfs: 'keep', kernel: 'keep' } }],
    roots: { directory: roots, backend: 'auto', keepOld: hours(24), diskSize: undefined },
    ...change,
  });
  const address = (slot: SlotPlan, end: number) => parseIpv4(`10.20.${slot.slot}.${end}`);
  return {
    ...plan,
    slots: plan.slots.map((slot) => ({
      ...slot,
      image: 'fake',
      ipv4: { network: `10.20.${slot.slot}.0/30`, controller: address(slot, 1), board: address(slot, 2) },
    })),
  };
}

const stores = new Map<string, Store>();

/** The store below a scratch directory, opened once. */
export function storeIn(scratch: string): Store {
  const store = stores.get(scratch) ?? new Store(join(scratch, 'state'));
  stores.set(scratch, store);
  return store;
}

/** Roots as a controller opens them. */
export const rootsIn = (
  scratch: string,
  plan: Plan,
  orderedDisk?: RootsOptions['orderedDisk'],
  runProgram: Run = run,
): Roots =>
  openRoots({
    run: runProgram,
    ...(orderedDisk && { orderedDisk }),
    plan,
    store: storeIn(scratch),
    stateDirectory: join(scratch, 'state'),
    imagesDirectory: join(scratch, 'images'),
    log,
    clock: realClock,
  });

export const boardOf = (slot: SlotPlan): string => `b${slot.slot}`;

/** A network namespace per board, joined to this one by a wire with the slot's /30. */
export async function wireBoards(slots: readonly SlotPlan[]): Promise<void> {
  const lines = slots.flatMap((slot) => [
    `netns add ${boardOf(slot)}`,
    `link add ${slot.leg} type veth peer name eth0 netns ${boardOf(slot)}`,
    `addr add ${slot.ipv4.controller}/30 dev ${slot.leg}`,
    `link set ${slot.leg} up`,
  ]);
  await run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  for (const slot of slots) {
    const inside = `addr add ${slot.ipv4.board}/30 dev eth0\nlink set lo up\nlink set eth0 up\nroute add default via ${slot.ipv4.controller}\n`;
    await run('ip', ['-n', boardOf(slot), '-batch', '-'], { input: inside });
  }
}

export type NfsVersion = 3 | 4;

/** libnfs's name for a file of a slot's root. */
export const nfsUrl = (slot: SlotPlan, root: string, file: string, version: NfsVersion): string =>
  `nfs://${slot.ipv4.controller}${root}/${file}?version=${version}`;

/** Reads a file as the board of `from`; throws when the server refuses. */
export async function nfsRead(from: SlotPlan, url: string): Promise<string> {
  const { stdout } = await run('ip', ['netns', 'exec', boardOf(from), 'nfs-cat', url], { timeout: millis(60_000) });
  return stdout;
}

export async function nfsCopy(from: SlotPlan, source: string, target: string): Promise<void> {
  await run('ip', ['netns', 'exec', boardOf(from), 'nfs-cp', source, target], { timeout: millis(60_000) });
}

/** Why reading is refused; `read` when it is not. */
export async function nfsRefusal(from: SlotPlan, url: string): Promise<string> {
  try {
    await nfsRead(from, url);
    return 'read';
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return /MNT3ERR_\w+|NFS4ERR_\w+|NFS3ERR_\w+|ACCESS denied/.exec(`${text} ${String(error)}`)?.[0] ?? text;
  }
}

/** Waits until `condition` holds; throws with `what` after a minute. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited a minute for: ${what}`);
    await pause(20);
  }
}

/** Prints the result and ends, leaving what was started to the end of the namespace. */
export function finish(result: unknown): never {
  console.log(JSON.stringify(result));
  process.exit(0);
}
