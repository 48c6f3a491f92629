import { expect, it } from 'vitest';
import { load, rackText } from './support/rack-text.ts';

const withLease = (lease: string) => load(rackText({ more: `dhcp: {lease: ${lease}}\n` }));

it('the lease time is twelve hours unless it is said otherwise', () => {
  expect(load(rackText({})).plan?.dhcp).toEqual({ lease: 43_200_000 });
  expect(withLease('20 s').plan?.dhcp).toEqual({ lease: 20_000 });
  expect(withLease('24 h').plan?.dhcp).toEqual({ lease: 86_400_000 });
});

it.each(['9 s', '25 h', '20', '"soon"'])('a lease time of %s is refused, with what was expected', (lease) => {
  const { plan, problems } = withLease(lease);
  expect(plan).toBeUndefined();
  expect(JSON.stringify(problems)).toContain('a duration from 10 s to 24 h, such as 12 h');
});
