/** Moments in answers: RFC 3339, in UTC, to the millisecond. */
import { z } from 'zod';

export const when = z.iso.datetime();

export const timeOf = (millis: number): string => new Date(millis).toISOString();
