import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { realClock } from '../../src/net/real-clock.ts';
import { slotNumber } from '../../src/rack/units.ts';
import { ServedRack } from './support/served.ts';

const me = userInfo().username;

it('pirack maintenance: begins it with reason and end, shows it, and ends it', async () => {
  const rack = await ServedRack.start();
  const on = await rack.pirack('maintenance', '1-2,5', 'on', '--reason', 'new fans', '--until', '8h');
  expect(on).toEqual({ code: 0, out: 'slots 1-2,5 are in maintenance: new fans\n', err: '' });
  expect(rack.care.maintenance(slotNumber(2))).toMatchObject({ reason: 'new fans', who: me });
  const shown = (await rack.pirack('maintenance')).out.trimEnd().split('\n');
  expect(shown).toHaveLength(4);
  expect(shown[2]).toMatch(new RegExp(`^ +2 +20\\S+ \\S+Z +20\\S+ \\S+Z +${me} +new fans$`));
  const rows = JSON.parse((await rack.pirack('maintenance', '--json')).out) as { slot: number; until: number }[];
  expect(rows.map(({ slot }) => slot)).toEqual([1, 2, 5]);
  expect(Math.abs((rows[0]?.until ?? 0) - Date.now() - 8 * 3_600_000)).toBeLessThan(600_000);
  expect(await rack.pirack('maintenance', 'all', 'off')).toMatchObject({ code: 0, out: 'slots 1-6 are in service\n' });
  expect(rack.care.maintenance(slotNumber(2))).toBeUndefined();
}, 60_000);

it('pirack quarantine: sets it, shows who and why, also of recovery, and lifts it', async () => {
  const rack = await ServedRack.start();
  await rack.state.intend(slotNumber(4), { quarantine: { cause: 'no DHCP\u001b[2J', at: realClock.now() } });
  expect(await rack.pirack('quarantine', '2', 'on', '--reason', 'smells')).toMatchObject({
    code: 0,
    out: 'slots 2 are left alone: smells\n',
  });
  const { out } = await rack.pirack('quarantine');
  expect(out).toMatch(new RegExp(`^ +2 .* ${me} +smells$`, 'm'));
  expect(out).toMatch(/^ +4 .* recovery +no DHCP\?\[2J$/m);
  expect(await rack.pirack('quarantine', '1-4', 'off')).toMatchObject({ code: 0 });
  expect(JSON.parse((await rack.pirack('quarantine', '--json')).out)).toEqual([]);
  expect(rack.store.audit.newest(10)).toMatchObject([{ who: me }, { who: me }, { who: me }]);
}, 60_000);

it.each([
  [['maintenance', '1', 'on'], /on: expected --reason/],
  [['maintenance', '1'], /expected on or off, got ""/],
  [['maintenance', '1', 'offf'], /expected on or off, got "offf"/],
  [['maintenance', '1', 'off', '--until', '8h'], /--until is for on/],
  [['maintenance', '1', 'on', '--reason', 'x', '--until', '2001-01-01'], /expected a time to come/],
  [['maintenance', '7', 'on', '--reason', 'x'], /expected slots from 1-6/],
  [['maintenance', 'on'], /expected slots such as 7/],
  [['quarantine', '1', 'off', '--reason', 'x'], /--reason is for on/],
])(
  'pirack %s: says what is wrong, and nothing is changed',
  async (args, why) => {
    const rack = await ServedRack.start();
    const { code, err } = await rack.pirack(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
    expect(rack.store.audit.newest(1)).toEqual([]);
  },
  60_000,
);
