/** Virtual boards that are all given power at once, and the time that each takes until it has its last file. */
import { setTimeout as pause } from 'node:timers/promises';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { VirtualBoard } from '../../../src/sim/board/board.ts';
import { type BoardIdentity, boardIdentity } from '../../../src/sim/board/identity.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import { BenchFailed } from '../bench.ts';
import { median } from '../rounds.ts';
import { BOARDS_NETNS, boardInterface } from '../support/legs.ts';
import { BenchWires } from './wire.ts';

export interface Storm {
  /** Seconds until the last board had everything, and of each board. */
  readonly wall: number;
  readonly median: number;
  readonly slowest: number;
  readonly boards: number;
  readonly blocksTwice: number;
}

/** Boards compute in no time: what is left is what they wait for. */
const SPEED = 10_000;
/** A ROM that gets no answer asks for the last time after some 30 s; a rack of this size boots in less than all of this. */
const LIMIT = 600_000;
const LOOK = 20;

export function identityOf(slot: SlotPlan): BoardIdentity {
  return boardIdentity(slot.slot, slot.simulate as NetbootModel);
}

/** Gives all of them power now. @throws BenchFailed where one does not come to start its kernel */
export async function storm(slots: readonly SlotPlan[]): Promise<Storm> {
  const done = new Map<number, number>();
  const failures: string[] = [];
  const wires = new BenchWires(BOARDS_NETNS);
  const interfaces = new Interfaces({ netns: BOARDS_NETNS });
  const made = slots.map((slot) => {
    const wire = wires.wire(interfaces.index(boardInterface(slot)) as number);
    const board: VirtualBoard = new VirtualBoard({
      identity: identityOf(slot),
      wire,
      phy: { up: (ready) => ready(), down: () => {} },
      os: { boot: () => ({ kill: () => {} }) },
      clock: realClock,
      random: seededRandom(slot.slot),
      // What is compared byte for byte elsewhere need not cost these cores here: sizes and ends are still judged.
      // And the two faults of a 3B that dnsmasq has no cure for are left out: it needs no nudge, and it answers ARP.
      options: { speed: SPEED, digest: false, isolatedPortBug: false, answersArp: true },
      onStage: ({ stage, reason }) => {
        if (stage === 'kernel') done.set(slot.slot, performance.now());
        else if (stage === 'dead' || stage === 'hung') failures.push(`slot ${slot.slot}: ${reason}`);
        else return;
        queueMicrotask(() => board.powerOff());
      },
    });
    return board;
  });
  const began = performance.now();
  for (const board of made) board.powerOn();
  while (done.size + failures.length < slots.length && performance.now() - began < LIMIT) await pause(LOOK);
  const blocksTwice = made.reduce((sum, board) => sum + board.status().counters.duplicates, 0);
  for (const board of made) board.powerOff();
  wires.close();
  if (done.size < slots.length) {
    const missing = slots.filter(({ slot }) => !done.has(slot)).length;
    throw new BenchFailed(
      `${missing} of ${slots.length} boards did not boot: ${failures.slice(0, 5).join('; ') || 'too slow'}`,
    );
  }
  const took = [...done.values()].map((at) => (at - began) / 1000);
  return {
    wall: Math.max(...took),
    median: median(took),
    slowest: Math.max(...took),
    boards: slots.length,
    blocksTwice,
  };
}
