/** Follows the findings of one port from reading to reading: each begins once and ends once. Pure. */
import { FINDING_RULES, type FindingKind, type Observation } from './findings.ts';

export interface PortHealth {
  /** The newest last; as many as any rule looks back at. */
  readonly seen: readonly Observation[];
  readonly findings: ReadonlyMap<FindingKind, string>;
}

export interface FindingChange {
  readonly kind: FindingKind;
  readonly began: boolean;
  /** Behind the name of the port: "has no errors any more". */
  readonly text: string;
}

export const HEALTHY: PortHealth = Object.freeze({ seen: [], findings: new Map() });

/** An hour of readings once a minute, and a little. */
const SEEN_MOST = 64;

export function diagnose(
  before: PortHealth,
  observation: Observation,
): { readonly health: PortHealth; readonly changes: readonly FindingChange[] } {
  const seen = [...before.seen, observation].slice(-SEEN_MOST);
  const findings = new Map(before.findings);
  const changes: FindingChange[] = [];
  for (const { kind, judge, began, ended } of FINDING_RULES) {
    const judgement = judge(seen);
    if (judgement === 'bad' && !findings.has(kind)) {
      const text = began(seen);
      findings.set(kind, text);
      changes.push({ kind, began: true, text });
    } else if (judgement === 'good' && findings.delete(kind)) {
      changes.push({ kind, began: false, text: ended });
    }
  }
  return { health: { seen, findings }, changes };
}

export interface Draw {
  /** Boards that are expected to draw alike. */
  readonly kind: string;
  readonly watts: number | undefined;
}

/** Fewer boards are no crowd to be far off from. */
const NEIGHBOURS = 4;

/** What the others of its kind draw, by place; undefined where there are too few. */
export function usualWatts(draws: readonly Draw[]): readonly (number | undefined)[] {
  return draws.map((own, place) => {
    const others = draws
      .filter(({ kind, watts }, other) => other !== place && kind === own.kind && watts !== undefined)
      .map(({ watts }) => watts as number);
    return others.length < NEIGHBOURS ? undefined : median(others);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
