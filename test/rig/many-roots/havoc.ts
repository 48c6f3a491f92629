/** Boards that are reset or hang, and a controller that is killed, at moments that a seed chooses, while jobs run. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../../src/api/control/client.ts';
import type { JobView } from '../../../src/api/control/job-protocol.ts';
import { type Random, seededRandom } from '../../../src/sim/board/random.ts';
import type { RigRack } from '../rack.ts';

export interface Blow {
  readonly what: 'controller' | 'reboot' | 'hang';
  readonly slot: number | undefined;
  /** The step of the slot's job at that moment. */
  readonly step: string | undefined;
}

const KILLS = 5;

/** One board in ten dies, half of them by a reset and half by hanging; and five times it is the controller. */
export const blowsFor = (boards: number): Blow['what'][] => [
  ...Array<'controller'>(KILLS).fill('controller'),
  ...Array.from({ length: Math.floor(boards / 10) }, (_, index) => (index % 2 === 0 ? 'hang' : 'reboot')),
];

/** Deals the blows, in an order and at pauses that the seed says, while there are jobs under way. */
export async function wreak(rack: RigRack, blows: readonly Blow['what'][], seed: number): Promise<Blow[]> {
  const random = seededRandom(seed);
  const dealt: Blow[] = [];
  const struck = new Set<number>();
  for (const what of shuffled(blows, random)) {
    await pause(200 + 1_000 * random());
    if (what === 'controller') {
      const { pid } = (await patiently(() => control(rack).status())).controller;
      await rack.inside('controller', ['kill', '-9', String(pid)]);
      dealt.push({ what, slot: undefined, step: undefined });
      continue;
    }
    const open = (await patiently(() => jobs(rack))).filter(({ slot, step }) => step !== null && !struck.has(slot));
    const victim = open[Math.floor(random() * open.length)];
    if (victim === undefined) break;
    struck.add(victim.slot);
    await rack.sim('POST', `/boards/${victim.slot}/${what}`);
    dealt.push({ what, slot: victim.slot, step: victim.step?.name });
  }
  return dealt;
}

/** Throws while the controller is away. */
export const jobs = async (rack: RigRack): Promise<readonly JobView[]> => control(rack).jobs(200);

/** Without a command of its own, which takes longer to start than some steps take. */
const control = (rack: RigRack) => new ControlClient(join(rack.directory, rack.name, 'control.sock'));

/** A controller that was killed is away for a while. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries >= 600) throw error;
      await pause(100);
    }
  }
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return Array.from(items, () => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
