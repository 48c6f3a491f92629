/** Three legs flood while three boards boot in a loop: are the boots as good as before, and does the controller stay as small? */
import { setTimeout as pause } from 'node:timers/promises';
import { parseFirewall } from '../../../src/net/firewall/index.ts';
import { rackFile } from '../files.ts';
import { RigRack } from '../rack.ts';
import { type BoardBoot, bootsIn, median } from './boot-log.ts';
import { bootAgainAndAgain, type LoopCount } from './boot-loop.ts';
import { type Footprint, footprint } from './footprint.ts';
import { type Flooded, flood, inhabit } from './hostile-legs.ts';

export interface SoakOrder {
  /** Seconds of booting in quiet, for comparison, and then of flood. */
  readonly quiet: number;
  readonly flood: number;
  /** Frames a second and leg. */
  readonly rate: number;
  readonly kinds?: string;
  /** Seconds between two looks at what the controller takes. */
  readonly every: number;
  readonly tell: (line: string) => void;
}

export interface SoakReport {
  readonly quiet: Phase;
  readonly flood: Phase;
  readonly flooded: readonly Flooded[];
  readonly footprints: readonly Footprint[];
  /** Packets by the rule that dropped them. */
  readonly drops: Readonly<Record<string, number>>;
  readonly troubles: readonly string[];
  readonly events: Readonly<Record<string, number>>;
}

export interface Phase {
  readonly completed: number;
  readonly failures: readonly string[];
  /** Medians in milliseconds by slot: from power to SSH banner, and of that from first DISCOVER to kernel. */
  readonly took: Readonly<Record<number, number>>;
  readonly loading: Readonly<Record<number, number>>;
}

export const HOSTILE = [1, 2, 3];
export const BOOTING = [4, 5, 6];

const SLOTS = `  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: none}
  - {slots: 4-4, switch: sw1, ports: 4-4, simulate: 3B}
  - {slots: 5-5, switch: sw1, ports: 5-5, simulate: 3B+}
  - {slots: 6-6, switch: sw1, ports: 6-6, simulate: 4B}`;

/** @param name of the rack: two of the same name cannot be served side by side */
export async function soak(name: string, order: SoakOrder): Promise<SoakReport> {
  const rack = await RigRack.serve(rackFile(name, SLOTS), 240_000);
  try {
    await rack.until(
      ({ slots }) => BOOTING.every((slot) => slots.find((one) => one.slot === slot)?.condition === 'up'),
      240_000,
      'the boards of the loop to be up once',
    );
    return await run(rack, order);
  } catch (cause) {
    order.tell(`the end of the controller's log:\n${rack.log().slice(-3000)}`);
    throw cause;
  } finally {
    await rack.stop();
  }
}

async function run(rack: RigRack, order: SoakOrder): Promise<SoakReport> {
  for (const slot of HOSTILE) await inhabit(rack, slot);
  const quiet = await phase(rack, order.quiet, order.tell);
  const pid = (await rack.status())?.controller.pid;
  if (pid === undefined) throw new Error('the controller does not answer after the quiet phase');
  const began = Date.now();
  const measure = () => footprint(rack, pid, began);
  const footprints = [await measure()];
  const floods = Promise.all(HOSTILE.map((slot) => flood(rack, slot, { ...order, seconds: order.flood })));
  const watching = watch(measure, began, order, footprints);
  // A boot that begins shortly before the end would be measured half in quiet.
  const flooding = await phase(rack, order.flood - 5, order.tell);
  const flooded = await floods;
  await watching;
  footprints.push(await measure());
  const status = await rack.status();
  const listed = await rack.inside('controller', ['nft', '--json', 'list', 'table', 'inet', 'pirack']);
  return {
    quiet,
    flood: flooding,
    flooded,
    footprints,
    drops: Object.fromEntries(parseFirewall(listed.stdout).drops),
    troubles: status?.troubles ?? ['the controller does not answer'],
    events: eventsIn(rack),
  };
}

async function phase(rack: RigRack, seconds: number, tell: (line: string) => void): Promise<Phase> {
  const began = Date.now();
  const count: LoopCount = { completed: 0, failures: [] };
  await Promise.all(BOOTING.map((slot) => bootAgainAndAgain(rack, slot, began + seconds * 1000, count)));
  const boots = bootsIn(rack).filter((boot) => boot.began >= began);
  const result = {
    ...count,
    took: medians(boots, ({ took }) => took),
    loading: medians(boots, ({ loading }) => loading),
  };
  tell(JSON.stringify(result));
  return result;
}

async function watch(
  measure: () => Promise<Footprint>,
  began: number,
  order: SoakOrder,
  into: Footprint[],
): Promise<void> {
  while (Date.now() - began < (order.flood - order.every) * 1000) {
    await pause(order.every * 1000);
    const seen = await measure();
    into.push(seen);
    order.tell(JSON.stringify(seen));
  }
}

function medians(boots: readonly BoardBoot[], of: (boot: BoardBoot) => number | undefined): Record<number, number> {
  const bySlot = Map.groupBy(boots, ({ slot }) => slot);
  return Object.fromEntries(
    [...bySlot].map(([slot, own]) => [slot, Math.round(median(own.flatMap((boot) => of(boot) ?? [])))]),
  );
}

/** How many lines of each kind the log has: a board must not be able to fill it. */
function eventsIn(rack: RigRack): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of rack.log().split('\n')) {
    if (!line.endsWith('}')) continue;
    const { kind, msg } = JSON.parse(line) as { kind?: string; msg?: string };
    const key = kind ?? msg ?? '';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
