const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of `90s`, `10m` or `1h`. */
export function parseDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new RangeError(`${option}: expected a duration such as 90s, 10m or 1h, got ${JSON.stringify(text)}`);
  return Number(count) * (UNITS[unit] as number);
}
