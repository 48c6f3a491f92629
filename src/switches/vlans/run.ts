/** What the parts of one change share: the journal, who was switched off, and how it is told. */
import type { Clock } from '../../rack/clock.ts';
import { millis } from '../../rack/units.ts';
import type { VlanBackend } from '../backend.ts';
import type { ConvergeLimits, ConvergeParts, Doubt } from './converge.ts';
import { CONVERGE_LIMITS } from './converge.ts';
import type { JournalPhase, JournalRow, JournalScope, VlanJournal } from './journal.ts';
import { encodeJournal } from './journal.ts';
import type { Ending, IsolationOutcome, VlanProgress } from './outcome.ts';
import type { ScopeSlot, VlanScope } from './scope.ts';

export interface IsolationParts {
  readonly backend: VlanBackend;
  readonly journal: VlanJournal;
  readonly clock: Clock;
  /**
   * What isolation is about, in the numbers that the ports have now. Asked again before every batch: a switch that starts
   * anew may number its ports anew, and nothing is written by old numbers.
   */
  readonly scope: () => Promise<VlanScope | { readonly refused: readonly string[] }>;
  /** Takes the power from boards, and resolves when it is off. Who gave the hook gives the power back afterwards. */
  readonly dark: (slots: readonly ScopeSlot[]) => Promise<void>;
  /** VLAN ids that the switch keeps for itself, by the rack file and by its family. */
  readonly reserved?: Iterable<number>;
  /** For people, as it goes. */
  readonly progress?: (progress: VlanProgress) => void;
  readonly limits?: Partial<ConvergeLimits>;
}

export interface Run {
  readonly parts: IsolationParts;
  readonly tell: (stage: VlanProgress['stage'], text: string) => void;
  readonly note: (row: JournalRow, phase: JournalPhase) => Promise<void>;
  readonly converging: (scope: VlanScope) => ConvergeParts;
  readonly doubt: Doubt;
  readonly end: (ending: Ending) => IsolationOutcome;
  /** The journal stays open, with the reason. */
  readonly degrade: (row: JournalRow, reason: string) => Promise<IsolationOutcome>;
}

export function beginRun(parts: IsolationParts): Run {
  const { clock, journal } = parts;
  const startedAt = clock.monotonic();
  const doubt: Doubt = { until: startedAt };
  const limits = { ...CONVERGE_LIMITS, ...parts.limits };
  const darkened = new Map<number, ScopeSlot>();
  const tell: Run['tell'] = (stage, text) => parts.progress?.({ stage, text });
  const note: Run['note'] = (row, phase) => journal.put(row.switch, encodeJournal({ ...row, phase }));
  const end: Run['end'] = (ending) => ({
    ...ending,
    darkened: [...darkened.values()],
    took: millis(Math.round(clock.monotonic() - startedAt)),
  });
  const dark = async (slots: readonly ScopeSlot[]) => {
    const lit = slots.filter(({ slot }) => !darkened.has(slot));
    if (lit.length === 0) return;
    tell('dark', `taking the power from ${lit.length === 1 ? `slot ${lit[0]!.slot}` : `${lit.length} slots`}`);
    for (const slot of lit) darkened.set(slot.slot, slot);
    await parts.dark(lit);
  };
  const moved = async (then: VlanScope): Promise<string | undefined> => {
    const now = await parts.scope();
    if ('refused' in now) return now.refused.join('; ');
    return sameNumbers(then, now)
      ? undefined
      : `${then.switch} has numbered its ports anew in the middle of the change`;
  };
  return {
    parts,
    tell,
    note,
    end,
    doubt,
    degrade: async (row, reason) => {
      await note({ ...row, trouble: reason }, row.phase);
      return end({ kind: 'degraded', reason });
    },
    converging: (scope) => ({
      scope,
      backend: parts.backend,
      clock,
      limits,
      doubt,
      dark,
      tell,
      moved: () => moved(scope),
    }),
  };
}

/** Whether every name that both have is the same port; with no name in common nothing can be told. */
export function sameNumbers(then: JournalScope, now: JournalScope): boolean {
  const numbers = new Map([...now.slots, ...now.uplinks].map(({ label, port }) => [label, port]));
  const common = [...then.slots, ...then.uplinks].filter(({ label }) => numbers.has(label));
  return common.length > 0 && common.every(({ label, port }) => numbers.get(label) === port);
}

/** Whether both are about the same slots, uplinks and VLANs. */
export function sameScope(then: JournalScope, now: JournalScope): boolean {
  const key = ({ slots, uplinks, carried }: JournalScope) =>
    JSON.stringify([
      slots.map(({ slot, port, vlan }) => `${slot} ${port} ${vlan}`).sort(),
      uplinks.map(({ port }) => port).sort((a, b) => a - b),
      [...carried].sort((a, b) => a - b),
    ]);
  return key(then) === key(now);
}
