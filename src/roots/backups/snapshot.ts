/** What a backup says of itself: restic's snapshot, and its tags. They alone are there when the controller's disk is not. */
import { z } from 'zod';
import { type Millis, millis } from '../../rack/units.ts';

const snapshotSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.string(),
  hostname: z.string(),
  paths: z.array(z.string()),
  tags: z.array(z.string()).nullish(),
});

/**
 * How still the root was while it was read.
 * - `instant`: all of it at one moment, as if the board had lost its power
 * - `files`: each file at one moment, but not all at the same
 * - `loose`: what was written meanwhile may be half there
 */
export const STILLNESS = ['instant', 'files', 'loose'] as const;
export type Stillness = (typeof STILLNESS)[number];

export interface Snapshot {
  readonly id: string;
  readonly at: Millis;
  readonly rack: string;
  readonly what: 'root' | 'controller' | 'image';
  readonly slot: number | undefined;
  readonly serial: string | undefined;
  readonly tenant: string | undefined;
  /** `name@version` */
  readonly image: string | undefined;
  /** Number of the root. */
  readonly root: number | undefined;
  readonly stillness: Stillness | undefined;
}

export type Labels = Pick<Snapshot, 'what'> & Partial<Omit<Snapshot, 'id' | 'at' | 'rack' | 'what'>>;

/** Tags are separated by commas on restic's command line, and everything else is allowed. */
export const tagsOf = (labels: Labels): readonly string[] => [
  'pirack',
  ...Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${String(value).replaceAll(/[,\s]/g, '_')}`],
  ),
];

/** Undefined: another program made it. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { id, time, hostname, tags } = parsed.data;
  const found = new Map((tags ?? []).map((tag) => [tag.split('=')[0] ?? '', tag.slice(tag.indexOf('=') + 1)]));
  const what = found.get('what');
  const at = Date.parse(time);
  if (!found.has('pirack') || (what !== 'root' && what !== 'controller' && what !== 'image')) return undefined;
  if (Number.isNaN(at)) return undefined;
  const number = (name: string) => {
    const text = found.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  };
  return {
    id,
    at: millis(at),
    rack: hostname,
    what,
    slot: number('slot'),
    serial: found.get('serial'),
    tenant: found.get('tenant'),
    image: found.get('image'),
    root: number('root'),
    stillness: STILLNESS.find((each) => each === found.get('stillness')),
  };
}

/** Numbers of snapshots as people read and type them. */
export const shortId = (id: string): string => id.slice(0, 8);
