/** What a switch is as a thing: the box, or the boxes of a stack, that ports and their names belong to. Pure. */

export interface Chassis {
  /** dot1dBaseBridgeAddress; undefined where the switch has none or says zero. Of a stack, that of its master. */
  readonly bridgeAddress: string | undefined;
  readonly units: readonly ChassisUnit[];
}

export interface ChassisUnit {
  /** Empty where the switch does not say. */
  readonly model: string;
  readonly serial: string;
}

/**
 * Whether two readings are of the same switch: undefined where nothing can be compared. One serial number in common is
 * enough, for a stack loses and gains units; and so is the bridge address, for serial numbers are often not told.
 */
export function sameChassis(before: Chassis, now: Chassis): boolean | undefined {
  const serials = new Set(serialsOf(before));
  const shared = serialsOf(now).some((serial) => serials.has(serial));
  if (shared) return true;
  const compared = serials.size > 0 && serialsOf(now).length > 0;
  if (before.bridgeAddress !== undefined && now.bridgeAddress !== undefined) {
    return before.bridgeAddress === now.bridgeAddress;
  }
  return compared ? false : undefined;
}

/** A name for it that outlives renumbering: its first serial number, else its address. */
export function chassisKey(chassis: Chassis): string | undefined {
  return serialsOf(chassis)[0] ?? chassis.bridgeAddress;
}

export function describeChassis(chassis: Chassis): string {
  const units = chassis.units.map(({ model, serial }) => [model, serial].filter((text) => text !== '').join(' '));
  const all = chassis.bridgeAddress === undefined ? units : [...units, chassis.bridgeAddress];
  return all.length === 0 ? 'a switch that does not say which one it is' : all.join(', ');
}

function serialsOf(chassis: Chassis): string[] {
  return chassis.units.map((unit) => unit.serial).filter((serial) => serial !== '');
}
