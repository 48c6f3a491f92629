import type { Millis } from '../../rack/units.ts';
import type { Phase } from './plan.ts';
import type { ScopeSlot } from './scope.ts';

export interface VlanProgress {
  readonly stage: 'planned' | 'dark' | 'waiting' | 'verified' | 'saved' | 'rolling-back' | 'rolled-back' | Phase;
  /** For people. */
  readonly text: string;
}

/** What became of a change, without who lost power for it. */
export type Ending =
  | {
      /** Read back over every VLAN. */
      readonly kind: 'isolated';
      /** Steps written; 0: it was so already. */
      readonly steps: number;
      /** Why the configuration is not saved; undefined: it is, or it need not be. */
      readonly unsaved: string | undefined;
      readonly advice: readonly string[];
      /** What something or somebody else changed meanwhile. */
      readonly meanwhile: readonly string[];
    }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** It did not come to be, and the switch reads exactly as before. */
  | { readonly kind: 'rolled-back'; readonly reason: string; readonly meanwhile: readonly string[] }
  /** A change that did not end left a journal that fits no more: it is dropped, and nothing was written. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** Neither one nor the other is certain; the journal stays open. */
  | { readonly kind: 'degraded'; readonly reason: string };

export type IsolationOutcome = Ending & {
  /** Slots whose boards were switched off for it: theirs is the power to give back. */
  readonly darkened: readonly ScopeSlot[];
  readonly took: Millis;
};
