/** Takes a write of pethPsePortAdminEnable over to the port: at once, or where a switch takes its time, later. */
import type { Clock } from '../../rack/clock.ts';
import type { Faults } from './faults.ts';
import type { Pse } from './pse.ts';

export interface AdminControl {
  set(port: number, on: boolean): void;
  /** What was written last, whether it shows yet or not. */
  wanted(): ReadonlyMap<number, boolean>;
  /** A restart: what was on its way is lost, and `admin` is what the ports begin with. */
  start(admin: ReadonlyMap<number, boolean>): void;
}

export function createAdminControl(pse: Pse, clock: Clock, faults: Faults, changed: () => void): AdminControl {
  let wanted = new Map<number, boolean>();
  let generation = 0;
  return {
    wanted: () => new Map(wanted),
    set(port, on) {
      wanted.set(port, on);
      const mine = generation;
      const apply = () => {
        // Of two writes the last one counts, whichever is carried out first.
        if (mine === generation) pse.setAdmin(port, wanted.get(port) ?? on);
      };
      if (faults.adminSettle > 0) clock.after(faults.adminSettle, apply);
      else apply();
      changed();
    },
    start(admin) {
      generation += 1;
      wanted = new Map(admin);
      pse.start((port) => admin.get(port) ?? false);
    },
  };
}
