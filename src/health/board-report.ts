/**
 * What a board writes about itself into a file of its own root (docs/images.md, step `health`). Its tenant is root there:
 * every value is a claim, of this board and nobody else's, and what is not as it should be is not taken.
 */
import { THROTTLED_BITS } from '../pi/throttled.ts';
import { type Bytes, bytes } from '../rack/units.ts';

/** Where it is, seen from the root. */
export const REPORT_FILE = 'var/lib/pirack/health';
/** A whole report has some 120 bytes. */
export const MOST_REPORT = 1_024;

export interface BoardReport {
  /** Over one minute, as /proc/loadavg has it. */
  readonly load: number | undefined;
  readonly celsius: number | undefined;
  /** MemAvailable. */
  readonly memoryAvailable: Bytes | undefined;
  /** As `vcgencmd get_throttled` says it. */
  readonly throttled: number | undefined;
}

const MOST_LOAD = 10_000;
/** Beyond what the sensor of any Pi can read. */
const COLDEST = -50;
const HOTTEST = 150;
const MOST_KB = 64 * 1024 * 1024;

/** Never throws. Fields that are missing, twice there or impossible are undefined. */
export function readReport(text: string): BoardReport {
  const fields = new Map<string, string | undefined>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_]{1,32})=(\S{1,64})$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, fields.has(name) ? undefined : value);
  }
  const kb = within(decimal(fields.get('available_kb')), 0, MOST_KB);
  const milli = decimal(fields.get('millicelsius'));
  return {
    load: within(decimal(fields.get('load')), 0, MOST_LOAD),
    celsius: within(milli === undefined ? undefined : milli / 1_000, COLDEST, HOTTEST),
    memoryAvailable: kb === undefined ? undefined : bytes(Math.floor(kb) * 1_024),
    throttled: hex(fields.get('throttled')),
  };
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,12}(?:\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
}

function hex(text: string | undefined): number | undefined {
  return text !== undefined && /^0x[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) & THROTTLED_BITS : undefined;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}
