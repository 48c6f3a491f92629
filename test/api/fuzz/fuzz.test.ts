import { expect, it } from 'vitest';
import { ROUTES } from '../../../src/api/api.ts';
import { fuzzApi } from './fuzz-api.ts';

it('answers whatever is sent as its routes say, and every route is reached in each of its ways of succeeding', async () => {
  const { requests, statuses } = await fuzzApi(1_500, 1, () => undefined);
  expect(requests).toBe(1_500);
  for (const { name, answers } of ROUTES) {
    const seen = Object.keys(statuses[name] ?? {});
    const reached = Object.keys(answers).some((status) => seen.includes(status));
    expect([name, reached]).toEqual([name, true]);
  }
});
