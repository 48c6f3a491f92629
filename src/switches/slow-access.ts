/**
 * Long readings in small pieces: every exchange waits its turn in the queue of the switch, so that power never waits for
 * more than one of them, and what the switch spends on them is known.
 */
import type { Clock } from '../rack/clock.ts';
import type { Millis, VlanId } from '../rack/units.ts';
import { millis, seconds } from '../rack/units.ts';
import { SwitchError } from './errors.ts';
import type { PoeSwitch } from './poe.ts';
import type { SnmpSession } from './snmp/session.ts';
import { vlanContext } from './snmp/session.ts';
import type { WalkLimits } from './snmp/walk.ts';
import type { Access } from './tables.ts';

/** Does one exchange when it is its turn; with a VLAN, in the tables that the switch keeps of it. */
export type Exchange = <T>(work: (session: SnmpSession) => Promise<T>, vlan?: VlanId) => Promise<T>;

export interface SlowAccess extends Access {
  inVlan(vlan: VlanId): Access;
  /** How long the switch has been busy with it in all; the time in the queue is not counted. */
  spent(): Millis;
}

/** A walk may have to wait for many others: what a minute is to a switch that is asked alone. */
const SLOW_LIMITS: WalkLimits = Object.freeze({ varbinds: 60, rows: 4_096, deadline: millis(1_800_000) });

export function slowAccess(exchange: Exchange, clock: Clock, limits: WalkLimits = SLOW_LIMITS): SlowAccess {
  let spent = 0;
  const timed = <T>(ask: (session: SnmpSession) => Promise<T>, vlan: VlanId | undefined): Promise<T> =>
    exchange(async (session) => {
      const from = clock.monotonic();
      try {
        return await ask(session);
      } finally {
        spent += clock.monotonic() - from;
      }
    }, vlan);
  const access = (vlan: VlanId | undefined): Access => ({ session: reading(timed, vlan), clock, limits });
  return { ...access(undefined), inVlan: access, spent: () => millis(spent) };
}

/** A wait in the queue may be long behind a reading of a slow switch. */
const TURN_DEADLINE = seconds(600);

/** In the queue of that switch, behind everything that is urgent. */
export function slowAccessTo(poe: Pick<PoeSwitch, 'run'>, clock: Clock): SlowAccess {
  const exchange: Exchange = (work, vlan) =>
    poe.run({
      what: 'read counters and neighbours',
      deadline: TURN_DEADLINE,
      work: async ({ access }) => {
        if (vlan === undefined) return work(access.session);
        if (access.inContext === undefined)
          throw new SwitchError('no-context', `no tables of VLAN ${vlan} alone can be read`);
        return work(await access.inContext(vlanContext(vlan)));
      },
    });
  return slowAccess(exchange, clock);
}

function reading(
  timed: <T>(ask: (session: SnmpSession) => Promise<T>, vlan: VlanId | undefined) => Promise<T>,
  vlan: VlanId | undefined,
): SnmpSession {
  return {
    counts: { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 },
    get: (oids) => timed((session) => session.get(oids), vlan),
    getBulk: (request) => timed((session) => session.getBulk(request), vlan),
    set: () => Promise.reject(new SwitchError('read-only', 'this is for reading: nothing is written through it')),
    close: () => {},
  };
}
