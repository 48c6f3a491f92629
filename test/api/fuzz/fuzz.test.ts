import { expect, it } from 'vitest';
import { ROUTES } from '../../../src/api/api.ts';
import { fuzzApi } from './fuzz-api.ts';

/** Requests of each route. */
const EACH = 50;

/** What is cancelled here has ended long before; test/api/v1/tasks.test.ts has one that has not. */
const NEVER_REACHED: ReadonlySet<string> = new Set(['v1CancelTask']);

it('answers whatever is sent as its routes say, and every route is reached in each of its ways of succeeding', async () => {
  const wanted = EACH * ROUTES.length;
  const { requests, statuses } = await fuzzApi(wanted, 1, () => undefined);
  expect(requests).toBe(wanted);
  for (const { name, answers } of ROUTES) {
    if (NEVER_REACHED.has(name)) continue;
    const seen = Object.keys(statuses[name] ?? {});
    const reached = Object.keys(answers).some((status) => seen.includes(status));
    expect([name, reached]).toEqual([name, true]);
  }
  // Beside other work on two cores it takes several times as long as alone.
}, 240_000);
