/** Whole changes of VLANs over real connections: a program that can be killed at any command, and time that runs faster. */
import { realClock } from '../../../../src/net/real-clock.ts';
import type { Clock } from '../../../../src/rack/clock.ts';
import { millis, seconds, slotNumber, vlanId } from '../../../../src/rack/units.ts';
import type { VlanBackend } from '../../../../src/switches/backend.ts';
import type { SshTransport } from '../../../../src/switches/ssh/transport.ts';
import { applyIsolation, recoverIsolation } from '../../../../src/switches/vlans/apply.ts';
import { decodeJournal, encodeJournal } from '../../../../src/switches/vlans/journal.ts';
import type { IsolationOutcome } from '../../../../src/switches/vlans/outcome.ts';
import type { IsolationParts } from '../../../../src/switches/vlans/run.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';
import { bridgePort } from '../../../../src/switches/vlans/state.ts';
import type { MemoryJournal } from '../../vlans/support/runs.ts';
import { memoryJournal } from '../../vlans/support/runs.ts';

/** A second of it takes 1/`times` of a real one. For what waits for the switch to settle, never for what waits for answers. */
export function fastClock(times: number): Clock {
  return {
    now: realClock.now,
    monotonic: () => millis(realClock.monotonic() * times),
    after: (delay, run) => realClock.after(millis(delay / times), run),
  };
}

/** Slot n with VLAN 100 + n on the port that `portOf` says. */
export function scopeFor(slots: number, portOf: (slot: number) => number, uplink: number, named: string): VlanScope {
  const all = Array.from({ length: slots }, (_, at) => ({
    slot: slotNumber(at + 1),
    label: String(at + 1),
    port: bridgePort(portOf(at + 1)),
    vlan: vlanId(101 + at),
  }));
  return {
    switch: 'sw1',
    slots: all,
    uplinks: [{ label: named, port: bridgePort(uplink) }],
    carried: new Set(all.map(({ vlan }) => vlan)),
    nameOf: (port) => `with index ${port}`,
  };
}

export interface Life {
  apply(): Promise<IsolationOutcome | 'killed'>;
  recover(): Promise<IsolationOutcome | undefined | 'killed'>;
  /** From now on it hears nothing and says nothing. */
  kill(): void;
}

/** One run of the program on a switch. The journal is on disk, and outlives it. */
export function liveOn(
  { transport, vlans }: { readonly transport: SshTransport; readonly vlans: VlanBackend },
  scope: VlanScope,
  journal: MemoryJournal,
): Life {
  const { promise: killed, resolve } = Promise.withResolvers<'killed'>();
  let dead = false;
  const mortal = <A extends unknown[], T>(method: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      try {
        return await (dead ? new Promise<T>(() => {}) : method(...args));
      } finally {
        if (dead) await new Promise(() => {});
      }
    };
  };
  const backend: VlanBackend = {
    ...vlans,
    settleMs: 5,
    read: mortal(vlans.read),
    write: mortal(vlans.write),
    pvids: mortal(vlans.pvids),
  };
  const parts: IsolationParts = {
    backend,
    journal,
    clock: fastClock(40),
    scope: async () => scope,
    dark: async () => {},
    limits: { silence: seconds(300), late: seconds(1) },
  };
  return {
    apply: () => Promise.race([applyIsolation(parts), killed]),
    recover: () => Promise.race([recoverIsolation(parts), killed]),
    kill: () => {
      dead = true;
      transport.close();
      resolve('killed');
    },
  };
}

/** A journal as a program leaves it that was killed in the middle of a roll-back of what `during` did. */
export async function journalOfRollBack(scope: VlanScope, during: (journal: MemoryJournal) => Promise<unknown>) {
  const journal = memoryJournal();
  let first: string | undefined;
  await during({
    ...journal,
    put: async (name, row) => {
      first ??= row;
      await journal.put(name, row);
    },
  });
  if (first !== undefined) {
    await journal.put(
      scope.switch,
      encodeJournal({ ...decodeJournal(scope.switch, first), phase: 'back', trouble: 'x' }),
    );
  }
  return journal;
}
