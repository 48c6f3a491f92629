import type { BudgetBy } from '../rack/plan.ts';
import type { Millis, Watts } from '../rack/units.ts';

/** What a port reads, in the words of RFC 3621. */
export interface PortReading {
  /** The port as the rack file names it, else as the switch does. */
  readonly port: string;
  readonly admin: boolean;
  readonly detection: string;
  readonly watts: number | undefined;
  /** Undefined while no power is delivered, and where the switch does not say. */
  readonly powerClass: string | undefined;
  /** How often power was denied, as the switch counts it; undefined where it does not. */
  readonly denied: number | undefined;
}

export interface SwitchPoll {
  readonly ports: readonly PortReading[];
  /** The switch has started anew since the poll before. */
  readonly restarted: boolean;
  /** Undefined: it does not say, or what it says cannot be true. */
  readonly capacity: Watts | undefined;
  readonly consumption: Watts | undefined;
  /** What the ports' watts are; undefined: they have none. */
  readonly wattsKind: BudgetBy | undefined;
  /** What counts against its supply. */
  readonly budgetBy: BudgetBy;
  /** For how many seconds it can take a port's power away by itself; undefined: it cannot. */
  readonly cycle: { readonly minSeconds: number; readonly maxSeconds: number } | undefined;
}

export interface Problem {
  /**
   * - `denied`: the switch has no power left for the port
   * - `fault`: the port gave up, and stays so until it is off and on again
   * - `off-again`: it was switched off by somebody else
   * - `silent`: the switch did not answer, and what became of it is not known
   * - `refused`: all else
   */
  readonly kind: 'denied' | 'fault' | 'off-again' | 'silent' | 'refused';
  /** What was expected, how long it was waited for, what was read last. */
  readonly text: string;
}

export interface Awaited {
  /** The last reading; undefined where there was none. */
  readonly reading: Pick<PortReading, 'admin' | 'detection'> | undefined;
  /** Why the port is not as it should be. */
  readonly problem: Problem | undefined;
}

/** What the power jobs need of a switch. */
export interface PowerSwitch {
  /** Reads every port. */
  poll(): Promise<SwitchPoll>;
  /** Switches ports and reads them back: what each reads now, and why it is not as set. Never throws. */
  set(ports: readonly string[], on: boolean): Promise<ReadonlyMap<string, Awaited>>;
  /** Has the switch cycle ports by itself; returns those that it refused. Never throws. */
  cycle(ports: readonly string[], seconds: number): Promise<ReadonlyMap<string, Problem>>;
  /** Waits for a port to read so, at most `limit`; never throws. `dark`: without power, whatever it is set to. */
  waitFor(port: string, state: 'off' | 'dark' | 'delivering', limit: Millis): Promise<Awaited>;
  /** What a person should know of it, one sentence each. */
  troubles(): readonly string[];
}
