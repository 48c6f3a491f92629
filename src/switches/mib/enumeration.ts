/** A number that the MIB does not list: vendors have them, so they are shown and never an error. */
export type Unknown = `unknown(${number})`;

export function named<Names extends Readonly<Record<number, string>>>(
  names: Names,
  value: number,
): Names[keyof Names] | Unknown {
  return (names[value] as Names[keyof Names] | undefined) ?? `unknown(${value})`;
}
