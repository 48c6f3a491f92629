/** `backups:` of a rack file. */
import { z } from 'zod';
import { parseSize, SIZE_EXPECTED } from '../quantity.ts';
import { parseRange, RangeSyntaxError } from '../range.ts';
import { minutes } from '../units.ts';
import { directory, duration, fail, integer, PATH } from './scalars.ts';

/** What restic calls its back-ends, but for directories of this machine. */
const REMOTE = /^(?:sftp|rest|s3|b2|azure|gs|swift|rclone):[\x21-\x7e]{1,1024}$/;

const REPOSITORY_EXPECTED =
  'a directory (absolute, or relative to the rack file) or an address as restic has them (sftp:, rest:, s3:, b2:, azure:, gs:, swift:, rclone:)';

const repository = z
  .string()
  .transform((text, context) => {
    if (/^[a-z0-9]+:/.test(text) && !text.startsWith('state:')) {
      if (/\/\/[^/@]*:[^/@]*@/.test(text)) {
        return fail(context, 'a password is written in the address of the repository', {
          expected: 'an address without it, and credentials: a file of NAME=VALUE lines',
        });
      }
      return REMOTE.test(text) ? text : fail(context, '', {});
    }
    return text.length <= 1024 && PATH.test(text.replace(/^state:/, '')) && !text.split('/').includes('..')
      ? text
      : fail(context, '', {});
  })
  .meta({ expected: REPOSITORY_EXPECTED });

const secretFile = directory.meta({ expected: 'a file: absolute, relative to the rack file, or state:…' });

/** Minutes of the day. UTC: a local 02:30 comes twice on one night of the year and never on another. */
const timeOfDay = z
  .string()
  .transform((text, context) => {
    const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
    if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return fail(context, '', {});
    return Number(hour) * 60 + Number(minute);
  })
  .meta({ expected: 'a time of day in UTC, in quotes, such as "03:30"' });

const whichSlots = z
  .union([z.int(), z.string()])
  .transform((text, context): 'all' | readonly number[] => {
    if (text === 'all') return 'all';
    try {
      return parseRange(String(text), { min: 1, max: 4093 });
    } catch (error) {
      if (!(error instanceof RangeSyntaxError)) throw error;
      return fail(context, error.message, { expected: 'all, or slot numbers such as 1-36,40' });
    }
  })
  .meta({ expected: 'all, or slot numbers such as 1-36,40' });

const EXCLUDE_EXPECTED =
  'a path of the board, from / on, where * stands for a part of a name, such as /var/cache/apt/archives/*';

const exclude = z
  .string()
  .regex(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))\P{Cc}{1,512}$/u)
  .meta({ expected: EXCLUDE_EXPECTED });

/** restic counts in these; 0 for what is no size. */
const kibibytes = (text: string): number => Math.round((parseSize(text) ?? 0) / 1024);

const kept = (fallback: number) => integer(0, 1000, 'a number of backups').default(fallback);

export const backups = z
  .strictObject({
    repository,
    password_file: secretFile,
    credentials: secretFile.optional(),
    slots: whichSlots.default('all'),
    schedule: z
      .strictObject({ at: timeOfDay, jitter: duration.default(minutes(30)) })
      .meta({ expected: '{at: "03:30", jitter: 30 min}' })
      .optional(),
    keep: z
      .strictObject({ daily: kept(7), weekly: kept(4), monthly: kept(6) })
      .meta({ expected: '{daily: 7, weekly: 4, monthly: 6}' })
      .optional(),
    exclude: z
      .array(exclude)
      .max(100)
      .meta({ expected: `a list of at most 100 paths, such as ["/var/cache/apt/archives/*"]` })
      .default([]),
    bandwidth: z
      .string()
      .transform((text, context) => (text.endsWith('/s') && kibibytes(text.slice(0, -2))) || fail(context, '', {}))
      .meta({ expected: 'a rate, such as 20 MB/s' })
      .optional(),
    largest_file: z
      .string()
      .transform((text, context) => kibibytes(text) || fail(context, '', {}))
      .meta({ expected: SIZE_EXPECTED })
      .default(64 * 1024 * 1024),
    concurrent: integer(1, 16, 'a number of roots').default(2),
    overdue_days: integer(1, 90, 'a number of days').default(2),
    trial: z.boolean().meta({ expected: 'true or false' }).default(true),
    images: z.enum(['manifests', 'whole']).meta({ expected: 'manifests or whole' }).default('manifests'),
  })
  .meta({ expected: '{repository: /srv/backup/pirack, password_file: /etc/pirack/secrets/backup}' });
