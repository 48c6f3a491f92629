/** Conditions over time: each is told once when it is raised, and once when it is over. */
import { type Condition, keyOf } from './judge.ts';

export interface Turned {
  readonly raised: readonly Condition[];
  readonly over: readonly Condition[];
}

export class Conditions {
  #now = new Map<string, Condition>();

  keys(): ReadonlySet<string> {
    return new Set(this.#now.keys());
  }

  all(): readonly Condition[] {
    return [...this.#now.values()];
  }

  /** Takes what is the case now, in the words of now. */
  take(found: readonly Condition[]): Turned {
    const before = this.#now;
    this.#now = new Map(found.map((condition) => [keyOf(condition), condition]));
    return {
      raised: found.filter((condition) => !before.has(keyOf(condition))),
      over: [...before].flatMap(([key, condition]) => (this.#now.has(key) ? [] : [condition])),
    };
  }
}
