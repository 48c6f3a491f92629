/** What came of a run, as values to compare and to count. */
import { createHash } from 'node:crypto';
import { FILES } from './files.ts';
import type { SimRack } from './rack.ts';

/** More than any run has. */
const ALL = 100_000;

export function outcomeOf(rack: SimRack) {
  const boards = [...rack.boards.values()];
  const wires = [...rack.network.wires.values()];
  const events = rack.store.events.after(0, ALL);
  const sum = <T>(of: readonly T[], value: (one: T) => number) => of.reduce((total, one) => total + value(one), 0);
  const kinds: Record<string, number> = {};
  for (const { kind } of events) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return {
    conditions: rack.conditions(),
    /** Times that a board got power, all together. */
    powered: sum(boards, ({ powered }) => powered),
    /** Model and stage of boards whose power was cut while they did anything but stand still. */
    cutAlive: boards.flatMap(({ board, cutIn }) =>
      cutIn.filter((stage) => stage !== 'hung' && stage !== 'dead').map((stage) => `${board.identity.model} ${stage}`),
    ),
    stuck: kinds.stuck ?? 0,
    quarantined: kinds.quarantined ?? 0,
    kinds,
    events,
    sent: sum(wires, ({ sent }) => sent),
    lost: sum(wires, ({ lost }) => lost),
    duplicated: sum(wires, ({ duplicated }) => duplicated),
    delayed: sum(wires, ({ delayed }) => delayed),
    tookMs: rack.clock.monotonic(),
    trace: rack.trace,
    /** Of every frame and when it was sent, every stage of every board, and every row that was written. */
    digest: createHash('sha256')
      .update(rack.trace.digest())
      .update(JSON.stringify(rowsOf(rack)))
      .digest('hex'),
  };
}

export type Outcome = ReturnType<typeof outcomeOf>;

function rowsOf({ plan, store }: SimRack) {
  return {
    events: store.events.after(0, ALL),
    boots: plan.slots.map(({ slot }) => store.boots.ofSlot(slot, ALL)),
    power: store.power.all(),
    boards: [...store.slots.boards()],
  };
}

/** What is wrong with boards that are up: wrong address, wrong prefix, a file that is not as it is on the server. */
export function faultsOf(rack: SimRack): string[] {
  return rack.plan.slots.flatMap(({ slot, ipv4, ipv6, routed }) => {
    const { board, os } = rack.boards.get(slot)!;
    const { stage, address, files } = board.status();
    if (stage !== 'os-up') return [];
    const found = { address, board: os.running?.address, prefix: os.running?.prefix };
    const expected = { address: ipv4.board, board: ipv6.board, prefix: routed };
    const wrong =
      JSON.stringify(found) === JSON.stringify(expected) ? [] : [`slot ${slot} has ${JSON.stringify(found)}`];
    for (const { name, outcome, how, sha256 } of files) {
      const content = FILES.get(name.split('/').at(-1) as string);
      if (content === undefined || outcome !== 'complete' || how !== 'get') continue;
      if (sha256 !== createHash('sha256').update(content).digest('hex')) wrong.push(`slot ${slot} has another ${name}`);
    }
    return wrong;
  });
}
