import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DELIVERING, isPowered, isUp } from '../../src/rack/slot-state.ts';
import { type Millis, millis, type SlotNumber, slotNumber, watts } from '../../src/rack/units.ts';
import { makePlan, POWER } from '../support/plan.ts';
import { openTestRack, type TestRack } from './support/test-rack.ts';

const COUNT = 10;
const BOOT = 6_000;
const LIMITS = { concurrentBoots: 4, startBurst: 3, startEvery: millis(700), headroom: 10 };
const BUDGET = 60;
const USABLE = 54;
const RESERVED = 8;

type Act =
  | { readonly do: 'on' | 'off' | 'cycle' | 'hold' | 'release'; readonly slots: readonly number[] }
  | { readonly do: 'supply'; readonly watts: number }
  | { readonly do: 'restart'; readonly admin: boolean }
  | { readonly do: 'press'; readonly slot: number; readonly on: boolean }
  | { readonly do: 'lose' | 'kill' };

const some = fc.uniqueArray(fc.integer({ min: 1, max: COUNT }), { minLength: 1, maxLength: COUNT });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('on', 'off', 'cycle', 'hold', 'release'), slots: some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('supply'), watts: fc.integer({ min: 0, max: 80 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart'), admin: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('press'), slot: fc.integer({ min: 1, max: COUNT }), on: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('lose', 'kill') }) },
);
const story = fc.record({
  acts: fc.array(fc.record({ act, wait: fc.integer({ min: 0, max: 12_000 }) }), { maxLength: 12 }),
  boards: fc.array(fc.record({ board: fc.boolean(), watts: fc.integer({ min: 1, max: 7 }) }), {
    minLength: COUNT,
    maxLength: COUNT,
  }),
});

/** Holds every set against the limits, by what the pump can know, counted anew. */
function watchSets(rack: TestRack, held: ReadonlySet<number>) {
  const begun = new Map<string, Millis>();
  const silent = new Set<string>();
  const starts: Millis[] = [];
  const violations: string[] = [];
  const plain = rack.fake.set.bind(rack.fake);
  const poll = rack.fake.poll.bind(rack.fake);
  rack.fake.poll = () => {
    silent.clear();
    return poll();
  };
  rack.fake.set = (ports, on) => {
    const now = rack.clock.monotonic();
    if (!on) {
      for (const port of ports) begun.delete(port);
      return plain(ports, on);
    }
    const fed = (slot: SlotNumber) => rack.state.get(slot).power?.detection === DELIVERING;
    // As far as the pump can know: what a restart did since the last poll, it cannot.
    const onTheirWay = [...begun].filter(([port, at]) => {
      const slot = slotNumber(Number(port));
      const lit = rack.state.get(slot).power?.admin === true || silent.has(port);
      return lit && !fed(slot) && !ports.includes(port) && now - at < 5_000;
    });
    const states = rack.state.all().filter(({ slot }) => fed(slot));
    const booting =
      states.filter((state) => isPowered(state) && !isUp(state)).length + onTheirWay.length + ports.length;
    const keep = (what: string, value: number, most: number) => {
      if (value > most) violations.push(`${what}: ${value} of ${most} at ${now} ms, switching on ${ports.join(', ')}`);
    };
    keep('booting', booting, LIMITS.concurrentBoots);
    keep('undetected', onTheirWay.length + ports.length, LIMITS.startBurst);
    const drawn = states
      .filter(({ slot }) => !ports.includes(String(slot)))
      .map((state) => Math.max(state.power?.watts ?? RESERVED, isPowered(state) && !isUp(state) ? RESERVED : 0))
      .reduce((sum, amount) => sum + amount, 0);
    keep('watts', drawn + (onTheirWay.length + ports.length) * RESERVED, USABLE);
    for (const port of ports) {
      const { wanted, cycling } = rack.state.get(slotNumber(Number(port)));
      if (held.has(Number(port)) || wanted === 'off' || cycling) violations.push(`port ${port} at ${now} ms`);
      silent.delete(port);
      begun.set(port, now);
      starts.push(now);
    }
    for (const [place, at] of starts.entries()) {
      // Since any start, no more than a full bucket and what dripped into it.
      const since = starts.length - place;
      keep('starts', since, LIMITS.startBurst + Math.floor((now - at) / LIMITS.startEvery));
    }
    const results = plain(ports, on);
    void results.then((all) => {
      for (const [port, { problem }] of all) if (problem) silent.add(port);
    });
    return results;
  };
  return {
    violations,
    /** A new process begins with a full bucket, and knows nothing of what was begun before. */
    forget: () => {
      starts.length = 0;
      begun.clear();
    },
  };
}

it('never exceeds budget, burst and concurrency, and ends with what is wanted, whatever happens', async () => {
  let sets = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ acts, boards }) => {
      const plan = makePlan(COUNT, { power: { ...POWER, ...LIMITS } });
      const rack = openTestRack({ ...plan, switches: plan.switches.map((one) => ({ ...one, budget: watts(BUDGET) })) });
      try {
        const held = new Set<number>();
        const watched = watchSets(rack, held);
        for (const [place, board] of boards.entries()) Object.assign(rack.fake.ports.get(String(place + 1))!, board);
        const since = new Map<SlotNumber, Millis>();
        /** Time passes, and boards come up. */
        const live = async (duration: number) => {
          for (let passed = 0; passed < duration; passed += 250) {
            await rack.pass(250, 125);
            for (const { slot, boot, power } of rack.state.all()) {
              if (boot === undefined || power?.detection !== DELIVERING) since.delete(slot);
              else if (!since.has(slot)) since.set(slot, rack.clock.monotonic());
              else if (rack.clock.monotonic() - since.get(slot)! >= BOOT && !isUp(rack.state.get(slot))) {
                rack.state.saw(slot, 'ssh_up', '');
                rack.power.kick();
              }
            }
          }
        };
        rack.power.start();
        for (const { act: what, wait } of acts) {
          await live(wait);
          switch (what.do) {
            case 'supply':
              rack.fake.supply = what.watts;
              break;
            case 'restart':
              rack.fake.restart(what.admin);
              break;
            case 'press':
              rack.fake.press(String(what.slot), what.on);
              break;
            case 'lose':
              rack.fake.losesAnswer = true;
              break;
            case 'kill':
              rack.restart();
              watched.forget();
              // Who held slots holds them again before anything is begun.
              void rack.power.hold([...held].map(slotNumber), 'held');
              rack.power.start();
              break;
            case 'hold':
              for (const slot of what.slots) held.add(slot);
              void rack.power.hold(what.slots.map(slotNumber), 'held');
              break;
            case 'release':
              for (const slot of what.slots) held.delete(slot);
              rack.power.release(what.slots.map(slotNumber));
              break;
            default:
              void rack.power.request(what.slots.map(slotNumber), what.do, 'ann', () => {});
          }
        }
        rack.fake.supply = Number.POSITIVE_INFINITY;
        rack.power.release([...held].map(slotNumber));
        held.clear();
        /** Slots that are not as wanted. */
        const others = () =>
          rack.state.all().filter(({ slot, wanted, cycling, phase, quarantine }) => {
            const { admin, detection, board } = rack.fake.ports.get(String(slot))!;
            const lit = detection === (board ? DELIVERING : 'searching');
            const so = wanted === 'on' ? admin && lit : !admin && detection === 'disabled';
            return !so || cycling || phase !== 'settled' || quarantine !== undefined;
          });
        for (let passed = 0; passed < 600_000 && others().length > 0; passed += 5_000) await live(5_000);
        expect(watched.violations).toEqual([]);
        expect(others()).toEqual([]);
        // And it stays so, once what failed was tried again.
        await live(30_000);
        const before = rack.fake.sets.length;
        await live(25_000);
        expect(rack.fake.sets.length).toBe(before);
        sets += rack.fake.sets.length;
      } finally {
        rack.close();
      }
    }),
    { numRuns: 60 },
  );
  expect(sets).toBeGreaterThan(40 * COUNT);
}, 120_000);
