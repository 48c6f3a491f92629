import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CLIENT_EVENTS } from '../../../../src/rack/tenancy/event-types.ts';

it('the page on events has every type, with the words of the table', () => {
  const page = readFileSync(new URL('../../../../docs/events.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `(\w+\.\w+)` \| ([^|]+) \|/gm)].map(([, type, words]) => [type, words]);
  expect(Object.fromEntries(told)).toEqual(CLIENT_EVENTS);
});
