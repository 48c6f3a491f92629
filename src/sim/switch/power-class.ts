/** Watts that a power sourcing equipment sets aside for a device of a class (IEEE 802.3 table 33-11). */
const CLASS_WATTS: readonly number[] = Object.freeze([15.4, 4, 7, 15.4, 30]);

/** A class that does not exist counts as 0, the one of devices that do not tell. */
export function classWatts(powerClass: number | undefined): number {
  return CLASS_WATTS[powerClass ?? 0] ?? CLASS_WATTS[0]!;
}
