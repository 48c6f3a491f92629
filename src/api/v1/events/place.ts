/** Where a stream or a list is to begin. */
import { z } from 'zod';
import { ApiError } from '../../http/errors.ts';

const PLACE = /^\d{1,15}$/;

export const afterQuery = z
  .string()
  .regex(PLACE, { error: 'expected the number of an event, or 0 for all that are kept' })
  .transform(Number)
  .optional();

/** Clients that come back send the header beside the query that they began with. Undefined: from now on. */
export function placeOf(lastEventId: string | undefined, after: number | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return after;
  if (PLACE.test(lastEventId)) return Number(lastEventId);
  throw new ApiError('bad_request', 'Last-Event-ID: expected the id of an event of this stream');
}
