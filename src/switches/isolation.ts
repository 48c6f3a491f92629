/** The isolation of one switch's slots, through the queue of the switch like everything else that is asked of it. */
import type { Clock } from '../rack/clock.ts';
import { seconds } from '../rack/units.ts';
import type { VlanBackend } from './backend.ts';
import { SwitchError } from './errors.ts';
import type { PoeSwitch } from './poe.ts';
import { applyIsolation, recoverIsolation } from './vlans/apply.ts';
import type { Violation } from './vlans/invariant.ts';
import { openChange, type VlanJournal } from './vlans/journal.ts';
import type { IsolationOutcome, VlanProgress } from './vlans/outcome.ts';
import { planIsolation, type VlanPlan } from './vlans/plan.ts';
import { vlansOf } from './vlans/queued.ts';
import { resolveScope, type ScopeRequest, type ScopeSlot, type VlanScope } from './vlans/scope.ts';
import { checkPvids, verifyIsolation } from './vlans/verify.ts';

export interface IsolationDeps {
  readonly poe: PoeSwitch;
  readonly request: ScopeRequest;
  /** VLAN ids that the rack file says the switch keeps for itself; the driver adds its own. */
  readonly reserved: readonly number[];
  readonly journal: VlanJournal;
  readonly clock: Clock;
}

export interface ApplyHooks {
  /** Takes the power from boards, and resolves when it is off. Whoever gives the hook gives the power back. */
  readonly dark: (slots: readonly ScopeSlot[]) => Promise<void>;
  readonly progress?: (progress: VlanProgress) => void;
}

/** @throws the errors of this folder where the switch cannot be asked; `apply` and `recover` put those in their outcome */
export interface SwitchIsolation {
  plan(): Promise<{ readonly plan: VlanPlan; readonly scope: VlanScope }>;
  /** Everything that is not as it should be, over every VLAN. */
  verify(): Promise<readonly Violation[]>;
  /** The PVIDs alone, for every poll. */
  peek(): Promise<readonly Violation[]>;
  apply(hooks: ApplyHooks): Promise<IsolationOutcome>;
  /** Ends a change that an earlier process began; undefined: none is open. */
  recover(hooks: ApplyHooks): Promise<IsolationOutcome | undefined>;
  /** A change that was begun and has not ended, in a sentence. */
  open(): Promise<string | undefined>;
}

/** Nobody can tell which port is which: nothing is verified, and nothing written. */
export class ScopeRefused extends SwitchError {
  override readonly name = 'ScopeRefused';
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[]) {
    super('scope-refused', reasons.join('; '));
    this.reasons = reasons;
  }
}

export function openIsolation(deps: IsolationDeps): SwitchIsolation {
  const { poe, request, journal, clock } = deps;
  const backend = () => vlansOf(poe);
  const scopeOf = async (vlans: VlanBackend, map = poe.ports()) =>
    resolveScope(request, (await map).interfaces, vlans.numbering);
  const proven = async (vlans: VlanBackend): Promise<VlanScope> => {
    const scope = await scopeOf(vlans);
    if ('refused' in scope) throw new ScopeRefused(scope.refused);
    return scope;
  };
  const reserved = () => [...deps.reserved, ...(poe.status().driver?.reservedVlans ?? [])];
  const parts = (vlans: VlanBackend, { dark, progress }: ApplyHooks) => ({
    backend: vlans,
    journal,
    clock,
    // Bridge ports may be others after a restart, and a batch of SETs goes by their numbers.
    scope: () => scopeOf(vlans, poe.portsNow()),
    dark,
    reserved: reserved(),
    ...(progress && { progress }),
  });
  const failed = (error: unknown): IsolationOutcome => ({
    kind: 'refused',
    reasons: [error instanceof Error ? error.message : String(error)],
    darkened: [],
    took: seconds(0),
  });

  return {
    async plan() {
      const vlans = await backend();
      const scope = await proven(vlans);
      return {
        plan: planIsolation(await vlans.read(), scope, {
          reserved: reserved(),
          creates: vlans.creates,
          features: (vlans.edge && poe.status().driver?.edge?.sets.map(({ what }) => what)) ?? [],
        }),
        scope,
      };
    },
    async verify() {
      const vlans = await backend();
      return verifyIsolation(vlans, await proven(vlans));
    },
    async peek() {
      const vlans = await backend();
      return checkPvids(vlans, await proven(vlans));
    },
    async apply(hooks) {
      let vlans: VlanBackend;
      try {
        vlans = await backend();
      } catch (error) {
        return failed(error);
      }
      return applyIsolation(parts(vlans, hooks));
    },
    async recover(hooks) {
      if ((await journal.get(request.switch)) === undefined) return undefined;
      let vlans: VlanBackend;
      try {
        vlans = await backend();
      } catch (error) {
        return failed(error);
      }
      return recoverIsolation(parts(vlans, hooks));
    },
    open: async () => (await openChange(journal, request.switch))?.text,
  };
}
