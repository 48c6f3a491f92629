/** What a switch is, and all that is polled of it, whatever it is read with. */
import type { Clock } from '../rack/clock.ts';
import type { Millis, Watts } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import type { Chassis } from './chassis.ts';
import type { PortPower, UpTime } from './power-state.ts';
import type { SnmpContext, SnmpSession } from './snmp/session.ts';
import type { WalkLimits } from './snmp/walk.ts';

export const WALK_LIMITS: WalkLimits = Object.freeze({
  // Sixty integers of these tables are about 1,200 octets: one datagram with room for an SNMPv3 header.
  varbinds: 60,
  rows: 4_096,
  // The slowest switch on record takes 102 s for its PoE table (research: snmp-poe §4).
  deadline: millis(150_000),
});

/** How a switch is read over SNMP. */
export interface Access {
  readonly session: SnmpSession;
  readonly clock: Clock;
  readonly limits: WalkLimits;
  /** A session into another context of the agent, for tables that it keeps one of per VLAN. Closed with the first one. */
  readonly inContext?: (context: SnmpContext) => Promise<SnmpSession>;
}

/** The system group: what a switch says of itself at once. */
export interface SystemIdentity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  readonly sysName: string;
  readonly upTime: Millis | undefined;
}

export interface SwitchIdentity extends SystemIdentity {
  /** Absent where it was not asked for. */
  readonly chassis?: Chassis | undefined;
}

/** The supply, over all its groups. */
export interface MainPower {
  /** Undefined where the switch does not say. */
  readonly consumption: Watts | undefined;
  readonly capacity: Watts | undefined;
}

export interface SwitchState {
  readonly rows: readonly Omit<PortPower, 'port'>[];
  readonly main: MainPower;
  /** Undefined where the switch has no sysUpTime. */
  readonly upTime: UpTime | undefined;
}
