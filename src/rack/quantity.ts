/** Quantities with their units: `5 s`, `300 ms`, `2 min`, `370 W`, `10 GB`. A bare number is refused: it has no meaning to a reader. */
import { type Bytes, bytes, type Millis, millis, type Watts, watts } from './units.ts';

const MILLIS_OF: Readonly<Record<string, number>> = Object.freeze({ ms: 1, s: 1000, min: 60_000, h: 3_600_000 });

/** Longest duration that any setting takes. */
export const MAX_DURATION = 24 * 3_600_000;

export const DURATION_EXPECTED = 'a duration with its unit (ms, s, min or h), such as 5 s';
export const WATTS_EXPECTED = 'a power in watts, such as 370 W';

/** Undefined where `text` is no duration of at most a day. Fractions of a millisecond are rounded. */
export function parseDuration(text: string): Millis | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|min|h)\s*$/.exec(text);
  if (!match) return undefined;
  const value = Math.round(Number(match[1]) * (MILLIS_OF[match[2] as string] as number));
  return value <= MAX_DURATION ? millis(value) : undefined;
}

/** `1.5 s`, `2 min`: the largest unit that gives a short number. */
export function formatDuration(duration: Millis): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const) {
    if (duration >= size && (duration * 10) % size === 0) return `${duration / size} ${unit}`;
  }
  return `${duration} ms`;
}

/** Undefined where `text` is no power below 100 kW. */
export function parseWatts(text: string): Watts | undefined {
  const match = /^\s*(\d{1,5}(?:\.\d{1,3})?)\s*W\s*$/i.exec(text);
  return match ? watts(Number(match[1])) : undefined;
}

/** Decimal, as disks are sold, and binary, as memory is. */
const BYTES_OF: Readonly<Record<string, number>> = Object.freeze({
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
});
/** More than any file system that roots are put on. */
const MAX_SIZE = 1e15;

export const SIZE_EXPECTED = 'a size with its unit (MB, GB, TB, MiB, GiB or TiB), such as 10 GB';

/** Undefined where `text` is no size of at most a petabyte. Fractions of a byte are rounded. */
export function parseSize(text: string): Bytes | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([MGT]i?B)\s*$/.exec(text);
  if (!match) return undefined;
  const value = Math.round(Number(match[1]) * (BYTES_OF[match[2] as string] as number));
  return value <= MAX_SIZE ? bytes(value) : undefined;
}

/** `9.8 GB`, `512 MB`: for people, to two or three digits. */
export function formatSize(size: number): string {
  for (const unit of ['TB', 'GB', 'MB'] as const) {
    const value = size / (BYTES_OF[unit] as number);
    if (value >= 1) return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${unit}`;
  }
  return `${Math.round(size / 1000)} kB`;
}
