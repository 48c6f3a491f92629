/** Reaches a switch over SNMP: a session, then the question what it is, then the backend of its family. */
import type { Clock } from '../../rack/clock.ts';
import type { SwitchPlan } from '../../rack/plan.ts';
import type { SwitchBackend } from '../backend.ts';
import type { Reached } from '../connection.ts';
import type { SwitchDriver } from '../drivers/driver.ts';
import type { Access } from '../tables.ts';
import type { OnValues } from './backend.ts';
import { createSnmpBackend } from './backend.ts';
import type { SnmpContext, SnmpSession } from './session.ts';
import type { WalkLimits } from './walk.ts';

/** Finds out of which family a switch is. */
export type ChooseDriver = (plan: SwitchPlan, access: Access) => Promise<SwitchDriver>;

/** Makes the backend of a driver that is not written over SNMP, around what SNMP can read. */
export type WrapBackend = (snmp: SwitchBackend, driver: SwitchDriver, signal: AbortSignal) => SwitchBackend;

export interface ReachParts {
  readonly plan: SwitchPlan;
  readonly clock: Clock;
  readonly limits: WalkLimits;
  readonly openSession: (context?: SnmpContext) => Promise<SnmpSession>;
  readonly chooseDriver: ChooseDriver;
  readonly wrap?: WrapBackend | undefined;
  /** Outlives the connection: what a port was set to is still true when the session is a new one. */
  readonly onValues: OnValues;
}

export async function reachOverSnmp(parts: ReachParts, signal: AbortSignal): Promise<Reached> {
  const { clock, limits } = parts;
  const session = await parts.openSession();
  const contexts = new Map<string, Promise<SnmpSession>>();
  const inContext = (context: SnmpContext) => {
    const known = contexts.get(context.name) ?? parts.openSession(context);
    contexts.set(context.name, known);
    known.catch(() => contexts.delete(context.name));
    return known;
  };
  const access = (until: AbortSignal): Access => ({
    session: stopped(until, session),
    clock,
    limits,
    inContext: async (context) => stopped(until, await inContext(context)),
  });
  const close = () => {
    session.close();
    for (const one of contexts.values()) void one.then((opened) => opened.close()).catch(() => undefined);
  };
  try {
    const driver = await parts.chooseDriver(parts.plan, access(signal));
    const use = (until: AbortSignal) => {
      const reading = access(until);
      const snmp = createSnmpBackend(reading, driver, parts.onValues);
      return { driver, access: reading, backend: parts.wrap?.(snmp, driver, until) ?? snmp };
    };
    return { driver, use, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A session that sends nothing once the signal is aborted. */
function stopped(signal: AbortSignal, session: SnmpSession): SnmpSession {
  const checked = <T>(request: () => Promise<T>): Promise<T> =>
    signal.aborted ? Promise.reject(signal.reason) : request();
  return {
    counts: session.counts,
    get: (oids) => checked(() => session.get(oids)),
    getBulk: (request) => checked(() => session.getBulk(request)),
    set: (varbinds) => checked(() => session.set(varbinds)),
    close: () => session.close(),
  };
}
