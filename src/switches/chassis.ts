/** What a switch is as a thing: the box, or the boxes of a stack, that ports and their names belong to. Pure. */

export interface Chassis {
  /** dot1dBaseBridgeAddress; undefined where the switch has none or says zero. Of a stack, that of its master. */
  readonly bridgeAddress: string | undefined;
  readonly units: readonly ChassisUnit[];
}

export interface ChassisUnit {
  /** entPhysicalIndex: the unit's place in a stack, as it were. */
  readonly entity: number;
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

/**
 * Units of a stack that are not in the place where they were: what is printed on them may be what was printed on others.
 * One sentence each. Units that came or went have not moved; a switch that stands alone has nowhere to move to.
 */
export function movedUnits(before: Chassis, now: Chassis): readonly string[] {
  if (before.units.length < 2 && now.units.length < 2) return [];
  return now.units.flatMap(({ serial, entity }) => {
    const was = serial === '' ? undefined : before.units.find((unit) => unit.serial === serial);
    if (was === undefined || was.entity === entity) return [];
    return [
      `unit ${serial} of the stack was entity ${was.entity} and is entity ${entity}: its ports have other names now`,
    ];
  });
}

export function describeChassis(chassis: Chassis): string {
  const units = chassis.units.map(({ model, serial }) => [model, serial].filter((text) => text !== '').join(' '));
  const all = chassis.bridgeAddress === undefined ? units : [...units, chassis.bridgeAddress];
  return all.length === 0 ? 'a switch that does not say which one it is' : all.join(', ');
}

function serialsOf(chassis: Chassis): string[] {
  return chassis.units.map((unit) => unit.serial).filter((serial) => serial !== '');
}
