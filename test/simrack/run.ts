/**
 * One run of the simulated rack by hand: what came of it, and every event with its virtual time.
 *
 *   node test/simrack/run.ts --seed 2 --loss 0.01 --slots 1-12,37
 */
import { parseArgs } from 'node:util';
import { faultsOf, outcomeOf } from './support/outcome.ts';
import { openSimRack } from './support/rack.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    loss: { type: 'string', default: '0' },
    duplicates: { type: 'string', default: '0' },
    /** Share of frames that are held up for 300 ms. */
    late: { type: 'string', default: '0' },
    slots: { type: 'string' },
    /** Whether every change of a board's stage is told. */
    stages: { type: 'boolean', default: false },
  },
});

const LIMIT_MS = 3_600_000;

function slotsOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [from, to] = part.split('-').map(Number) as [number, number | undefined];
    return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i);
  });
}

const rack = openSimRack({
  seed: Number(values.seed),
  faults: {
    loss: Number(values.loss),
    duplicates: Number(values.duplicates),
    late: { share: Number(values.late), by: 300 },
  },
  ...(values.slots === undefined ? {} : { slots: slotsOf(values.slots) }),
  ...(values.stages
    ? { onStage: (slot, text) => console.log(`${seconds(rack.clock.monotonic())} slot ${slot} ${text}`) }
    : {}),
});

function seconds(time: number): string {
  return `${(time / 1000).toFixed(3).padStart(9)} s`;
}

const begin = rack.clock.now();
await rack.start();
await rack.until(rack.settled, LIMIT_MS);
const { events, trace, ...outcome } = outcomeOf(rack);
for (const { at, kind, text } of events) if (kind !== 'power') console.log(`${seconds(at - begin)} ${kind}: ${text}`);
const { frames, tagged, nudges, answersBeforeNeighbour } = trace;
console.log({ ...outcome, frames, tagged, nudges, answersBeforeNeighbour, faults: faultsOf(rack) });
rack.close();
