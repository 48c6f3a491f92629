/** Runs of `apply` on a virtual clock, with a journal in memory and boards that are only noted. */
import { seconds } from '../../../../src/rack/units.ts';
import { VirtualClock } from '../../../../src/sim/virtual-clock.ts';
import type { VlanBackend } from '../../../../src/switches/backend.ts';
import { applyIsolation, recoverIsolation } from '../../../../src/switches/vlans/apply.ts';
import type { VlanJournal } from '../../../../src/switches/vlans/journal.ts';
import type { IsolationOutcome, VlanProgress } from '../../../../src/switches/vlans/outcome.ts';
import type { IsolationParts } from '../../../../src/switches/vlans/run.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';

export interface MemoryJournal extends VlanJournal {
  readonly rows: Map<string, string>;
}

export function memoryJournal(): MemoryJournal {
  const rows = new Map<string, string>();
  return {
    rows,
    get: async (name) => rows.get(name),
    put: async (name, row) => void rows.set(name, row),
    remove: async (name) => void rows.delete(name),
  };
}

export interface Bench {
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  /** Slots whose power was taken, in order. */
  readonly dark: number[];
  readonly told: VlanProgress[];
  parts(backend: VlanBackend, scope: VlanScope, more?: Partial<IsolationParts>): IsolationParts;
  apply(backend: VlanBackend, scope: VlanScope, more?: Partial<IsolationParts>): Promise<IsolationOutcome>;
  /** Of a process that is killed in the middle. */
  applyKilled(backend: VlanBackend, scope: VlanScope): Promise<IsolationOutcome | 'killed'>;
  recover(
    backend: VlanBackend,
    scope: VlanScope,
    more?: Partial<IsolationParts>,
  ): Promise<IsolationOutcome | undefined>;
  /** Lets virtual time pass until the promise settles, or `quiet`: nothing is left that could happen. */
  settle<T>(promise: Promise<T>): Promise<T | 'quiet'>;
}

export function bench(): Bench {
  const clock = new VirtualClock();
  const journal = memoryJournal();
  const dark: number[] = [];
  const told: VlanProgress[] = [];
  const settle = async <T>(promise: Promise<T>): Promise<T | 'quiet'> => {
    let done = false;
    const noted = promise.finally(() => {
      done = true;
    });
    noted.catch(() => {});
    for (let step = 0; step < 20_000; step += 1) {
      await clock.advanceAsync(250);
      if (done) return noted;
      if (clock.pending === 0) return 'quiet';
    }
    throw new Error('not settled in 5,000 s of virtual time');
  };
  const parts: Bench['parts'] = (backend, scope, more) => ({
    backend,
    journal,
    clock,
    scope: async () => scope,
    dark: async (slots) => void dark.push(...slots.map(({ slot }) => slot)),
    progress: (progress) => void told.push(progress),
    limits: { silence: seconds(30) },
    ...more,
  });
  const ended = async <T>(promise: Promise<T>): Promise<T> => {
    const result = await settle(promise);
    if (result === 'quiet') throw new Error('it waits for something that never comes');
    return result as T;
  };
  return {
    clock,
    journal,
    dark,
    told,
    parts,
    apply: (backend, scope, more) => ended(applyIsolation(parts(backend, scope, more))),
    applyKilled: async (backend, scope) => {
      const outcome = await settle(applyIsolation(parts(backend, scope)));
      return outcome === 'quiet' ? 'killed' : outcome;
    },
    recover: (backend, scope, more) => ended(recoverIsolation(parts(backend, scope, more))),
    settle,
  };
}
