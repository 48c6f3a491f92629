/** What goes over the controller's socket about switches. The same shapes are what `--json` prints. */

export interface SwitchView {
  readonly name: string;
  readonly address: string;
  /** What it was found to be; null before it was reached. */
  readonly driver: { readonly name: string; readonly title: string; readonly quirks: readonly string[] } | null;
  /** The rule that proved which port is which, or why none did; null before that was tried. */
  readonly ports: { readonly rule: string; readonly count: number } | { readonly refused: readonly string[] } | null;
  /** What is running, and how much waits behind it and why. */
  readonly queue: {
    readonly running: { readonly what: string; readonly since: number } | null;
    readonly waiting: readonly { readonly what: string; readonly since: number; readonly behind: string }[];
  };
  readonly slots: number;
  /** Watts; null where the switch does not say. */
  readonly power: { readonly consumption: number | null; readonly capacity: number | null; readonly budget: number };
  readonly isolation: IsolationView;
  /** What does not work as it should, one sentence each. */
  readonly troubles: readonly string[];
}

export interface IsolationView {
  /** `isolation:` of the rack file. */
  readonly kept: 'managed' | 'checked' | 'manual';
  readonly state: 'trusted' | 'unknown' | 'isolated' | 'breached' | 'changing';
  /** When it was last found so, in milliseconds since the Unix epoch; null: never. */
  readonly at: number | null;
  /** Why it is not known, or what is being done. */
  readonly detail: string | null;
  readonly violations: readonly ViolationView[];
}

export interface ViolationView {
  readonly rule: string;
  readonly slot: number | null;
  readonly text: string;
}

/** What would be written. */
export interface SwitchPlanView {
  readonly batches: readonly { readonly phase: string; readonly steps: readonly string[] }[];
  readonly violations: readonly ViolationView[];
  /** Why nothing may be begun. */
  readonly obstacles: readonly string[];
  readonly advice: readonly string[];
  /** Slots whose boards lose power for it. */
  readonly slots: readonly number[];
}

export interface ApplyProgress {
  readonly stage: string;
  readonly text: string;
}

export interface ApplyResult {
  readonly ok: boolean;
  readonly outcome: 'isolated' | 'refused' | 'rolled-back' | 'stale' | 'degraded';
  /** One sentence for a person. */
  readonly text: string;
  readonly steps: number;
  /** In milliseconds. */
  readonly took: number;
  readonly advice: readonly string[];
}

/** The proof by a power cycle that a port is the one that it is taken for. */
export interface ProofResult {
  readonly proven: boolean;
  readonly slot: number;
  readonly text: string;
}

export interface DiscoverResult {
  /** A piece of a rack file, with a comment on every guess. */
  readonly yaml: string;
  /** What a person has to fill in, one sentence each. */
  readonly incomplete: readonly string[];
}

export interface ConfigureRequest {
  readonly slots: readonly number[];
  readonly priority?: 'critical' | 'high' | 'low';
  /** Watts. */
  readonly limit?: number;
  readonly who: string;
}

export interface Configured {
  readonly slot: number;
  readonly ok: boolean;
  readonly text: string;
}
