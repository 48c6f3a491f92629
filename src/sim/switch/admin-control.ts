/** Takes a write of pethPsePortAdminEnable over to the port: at once, or where a switch takes its time, later. */
import type { Clock } from '../../rack/clock.ts';
import type { Faults } from './faults.ts';
import { createPending } from './pending.ts';
import type { Pse } from './pse.ts';

export interface AdminControl {
  set(port: number, on: boolean): void;
  /** What was written last, whether it shows yet or not. */
  wanted(): ReadonlyMap<number, boolean>;
  /** What is on its way is lost. */
  interrupt(): void;
  /** What the ports begin with. */
  start(admin: ReadonlyMap<number, boolean>): void;
}

export function createAdminControl(pse: Pse, clock: Clock, faults: Faults, changed: () => void): AdminControl {
  const pending = createPending(clock);
  let wanted = new Map<number, boolean>();
  return {
    wanted: () => new Map(wanted),
    set(port, on) {
      wanted.set(port, on);
      // Of two writes the last one counts, whichever is carried out first.
      pending.after(faults.adminSettle, () => pse.setAdmin(port, wanted.get(port) ?? on));
      changed();
    },
    interrupt: pending.lose,
    start(admin) {
      wanted = new Map(admin);
      pse.start((port) => admin.get(port) ?? false);
    },
  };
}
