/** A switch that is wrong in a way of its own for every seed, and the same way for the same seed. */
import { millis } from '../../rack/units.ts';
import { seededRandom } from '../board/random.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';

interface Dice {
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  oneOf<T>(...values: readonly [T, ...T[]]): T;
  port(): number;
  /** A few ports. */
  ports(): Set<number>;
}

interface Habit {
  /** How many switches have it. */
  readonly share: number;
  readonly turn: (dice: Dice) => Partial<Faults>;
}

/** In an order that is part of what a seed means: new ones go to the end. */
const HABITS: readonly Habit[] = Object.freeze<Habit[]>([
  // VLANs: what the families of research snmp-poe §3 do
  { share: 0.2, turn: () => ({ egressUntags: true }) },
  { share: 0.05, turn: () => ({ untaggedIgnored: true }) },
  { share: 0.3, turn: () => ({ pvidJoins: true }) },
  { share: 0.3, turn: (dice) => (dice.chance(0.5) ? { pvidTagsOld: true } : { pvidLeavesOld: true }) },
  { share: 0.15, turn: () => ({ pvidUnchecked: true }) },
  { share: 0.05, turn: (dice) => ({ accessPorts: dice.ports() }) },
  { share: 0.2, turn: (dice) => ({ creation: dice.oneOf('wait-only', 'none') }) },
  { share: 0.15, turn: () => ({ destroyInUseRefused: true }) },
  { share: 0.1, turn: () => ({ statusReadsCreate: true }) },
  { share: 0.25, turn: (dice) => ({ vlanSettle: millis(dice.between(50, 3_000)) }) },
  // Power
  { share: 0.15, turn: (dice) => ({ adminSettle: millis(dice.between(50, 3_000)) }) },
  { share: 0.15, turn: (dice) => ({ denied: dice.ports() }) },
  { share: 0.15, turn: (dice) => ({ faulty: dice.ports(), faultsHeal: dice.chance(0.3) }) },
  { share: 0.05, turn: (dice) => ({ shorted: dice.ports() }) },
  { share: 0.05, turn: (dice) => ({ detectionReads: new Map([[dice.port(), 0]]) }) },
  // SETs
  { share: 0.3, turn: (dice) => ({ lyingSet: dice.oneOf(0.05, 0.2, 0.5) }) },
  { share: 0.2, turn: (dice) => ({ loseSetAnswer: dice.oneOf(0.05, 0.3) }) },
  { share: 0.15, turn: (dice) => ({ refuseSet: dice.oneOf(0.05, 0.3) }) },
  { share: 0.25, turn: (dice) => ({ restartAtSet: { in: dice.between(1, 40), done: dice.chance(0.5) } }) },
  { share: 0.1, turn: () => ({ saveRefused: true }) },
  // Answers and the wire
  { share: 0.1, turn: (dice) => ({ bulkEndsAfter: dice.between(1, 30) }) },
  { share: 0.1, turn: (dice) => ({ emptyAnswer: dice.oneOf(0.02, 0.1) }) },
  { share: 0.1, turn: (dice) => ({ repeatOid: dice.oneOf(0.02, 0.1) }) },
  { share: 0.2, turn: (dice) => ({ loseRequest: dice.oneOf(0.02, 0.1) }) },
  { share: 0.2, turn: (dice) => ({ loseAnswer: dice.oneOf(0.02, 0.1) }) },
  { share: 0.1, turn: (dice) => ({ slow: millis(dice.between(1, 20)) }) },
  { share: 0.1, turn: (dice) => ({ largestAnswer: dice.between(484, 1_400) }) },
  { share: 0.15, turn: (dice) => ({ mostVarbinds: dice.between(1, 4) }) },
  { share: 0.05, turn: (dice) => ({ toggleFaults: millis(dice.between(100, 3_000)) }) },
]);

/** `ports`: how many PoE ports the switch has. To be laid over the switch's faults with Object.assign. */
export function misbehaviour(seed: number, ports = 8): Partial<Faults> {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const port = () => between(1, ports);
  const dice: Dice = {
    chance: (probability) => random() < probability,
    between,
    oneOf: (...values) => values[between(0, values.length - 1)]!,
    port,
    ports: () => new Set(Array.from({ length: between(1, 3) }, port)),
  };
  return Object.assign({}, ...HABITS.filter(({ share }) => dice.chance(share)).map(({ turn }) => turn(dice)));
}

/** What is not as it should be, in the words of the dial, for whoever has to read a failing seed. */
export function describeFaults(faults: Partial<Faults>): string {
  const right = noFaults();
  const wrong = (Object.keys(right) as (keyof Faults)[]).flatMap((name) => {
    const value = faults[name];
    return value === undefined || shown(value) === shown(right[name]) ? [] : [`${name} ${shown(value)}`];
  });
  return wrong.length === 0 ? 'no fault' : wrong.join(', ');
}

function shown(value: Faults[keyof Faults]): string {
  if (value instanceof Set) return `{${[...value].join(', ')}}`;
  if (value instanceof Map) return `{${[...value].map(([port, reads]) => `${port}: ${reads}`).join(', ')}}`;
  if (typeof value === 'function') return 'its own way';
  if (typeof value === 'object') return `${value.in} ${value.done ? 'after' : 'before'} it is done`;
  return String(value);
}
