/** Lists come in pages: each says where the next one begins, and nothing is lost or told twice when others change the list. */
import { z } from 'zod';
import { ApiError } from '../http/errors.ts';

const USUAL = 50;
export const MOST_ON_PAGE = 200;

/** Parts of a query, for every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: `expected 1 to ${MOST_ON_PAGE}` })
    .transform(Number)
    .refine((limit) => limit <= MOST_ON_PAGE, { error: `expected 1 to ${MOST_ON_PAGE}` })
    .optional()
    .describe(`how many at most, up to ${MOST_ON_PAGE}; left out: ${USUAL}`),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
};

export const nextCursor = z.string().nullable().describe('cursor of the next page; null: this is the last');

interface Asked {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const limitOf = ({ limit }: Asked): number => limit ?? USUAL;

/** Where the page before ended; undefined: this is the first. */
export function placeOf({ cursor }: Asked): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (text !== '' && cursorOf(text) === cursor) return text;
  throw new ApiError('bad_request', 'cursor: expected the `next` of a page before');
}

/** As `placeOf`, for lists that go by number. */
export function numberOf(asked: Asked): number | undefined {
  const place = placeOf(asked);
  if (place === undefined) return undefined;
  if (/^\d{1,15}$/.test(place)) return Number(place);
  throw new ApiError('bad_request', 'cursor: expected the `next` of a page of this list');
}

export const cursorOf = (place: string | number): string => Buffer.from(String(place)).toString('base64url');

/** A page of what is there in order of `key`. */
export function pageOf<Item>(
  all: readonly Item[],
  key: (item: Item) => string,
  asked: Asked,
): { readonly items: readonly Item[]; readonly next: string | null } {
  const after = placeOf(asked);
  const rest = [...all]
    .sort((one, other) => (key(one) < key(other) ? -1 : 1))
    .filter((item) => after === undefined || key(item) > after);
  const items = rest.slice(0, limitOf(asked));
  const last = items.at(-1);
  return { items, next: last === undefined || items.length === rest.length ? null : cursorOf(key(last)) };
}
