/** What every series is asked by, and what every answer says of its steps. */
import { z } from 'zod';
import type { TenancyRefusal } from '../../../jobs/tenancy-error.ts';
import { HISTORY_STEP, MOST_STEPS } from '../../../rack/series.ts';
import type { ControlClient } from '../../control/client.ts';
import type { SeriesQuery, SpanView } from '../../control/series-protocol.ts';
import { fromController } from '../../customer/commands.ts';
import type { ErrorCode } from '../../http/errors.ts';
import type { Services } from '../../http/services.ts';
import { timeOf, when } from '../time.ts';

const moment = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-11-25T00:00:00Z' })
  .transform((text) => Date.parse(text))
  .optional();

export const seriesQuery = z.object({
  from: moment.describe('left out: a day before `to`'),
  to: moment.describe('left out, or to come: now'),
  step: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, { error: `expected seconds, a multiple of ${HISTORY_STEP / 1_000}` })
    .transform((text) => Number(text) * 1_000)
    .optional()
    .describe(`seconds, a multiple of ${HISTORY_STEP / 1_000}; left out: ${HISTORY_STEP / 1_000}`),
});

export const span = {
  from: when.describe('begin of the first step: `from`, rounded down to a multiple of the step'),
  to: when.describe('end of the last step, which may go on'),
  step_seconds: z.int(),
};

/** Of what every series tells. */
export const spanOf = ({ from, to, step }: SpanView) => ({
  from: timeOf(from),
  to: timeOf(to),
  step_seconds: step / 1_000,
});

export const SUMMARY_END = `by steps of at least 5 minutes, for at most ${MOST_STEPS} of them; a week is kept`;

/** The server is found by name and tenant once more where the history is: by then the slot may be another's. */
export function series<Result>(
  services: Services,
  of: SeriesQuery['of'],
  asked: z.output<typeof seriesQuery>,
  ask: (control: ControlClient, query: SeriesQuery) => Promise<Result>,
): Promise<Result> {
  return fromController(services, (control) => ask(control, { of, ...asked }), codeOf);
}

const CODES: Readonly<Partial<Record<TenancyRefusal, ErrorCode>>> = Object.freeze({
  unknown: 'not_found',
  invalid: 'bad_request',
});

const codeOf = (word: string): ErrorCode | undefined =>
  Object.hasOwn(CODES, word) ? CODES[word as TenancyRefusal] : undefined;
