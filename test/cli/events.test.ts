import { expect, it } from 'vitest';
import { slotNumber } from '../../src/rack/units.ts';
import { ServedRack } from './support/served.ts';

const [one, two] = [slotNumber(1), slotNumber(2)];
const texts = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+ /, ''));

it('pirack events: the newest, of one slot or type, as harmless lines or as JSON', async () => {
  const rack = await ServedRack.start();
  for (let count = 1; count <= 60; count++) rack.state.event(one, 'lookout', `number ${count}`);
  rack.state.event(two, 'stuck', 'no kernel\u001b[2J\nsecond line');
  rack.store.commit.flush();
  const newest = texts((await rack.pirack('events')).out);
  expect([newest.length, newest[0], newest[49]]).toEqual([
    50,
    'slot 1 lookout: number 12',
    'slot 2 stuck: no kernel?[2J?second line',
  ]);
  expect(texts((await rack.pirack('events', '--slot', '1', '--limit', '2')).out)).toEqual([
    'slot 1 lookout: number 59',
    'slot 1 lookout: number 60',
  ]);
  const [row] = (await rack.pirack('events', '--type', 'stuck', '--json')).out.trimEnd().split('\n');
  expect(JSON.parse(row ?? '')).toMatchObject({ slot: 2, kind: 'stuck', text: 'no kernel\u001b[2J\nsecond line' });
  for (const [option, value] of [
    ['--limit', '0'],
    ['--limit', '1001'],
    ['--slot', 'x'],
  ] as const)
    expect(await rack.pirack('events', option, value)).toMatchObject({ code: 2, out: '' });
}, 60_000);

it('pirack events --follow: goes on over a restart of the controller, with nothing left out and nothing twice', async () => {
  const rack = await ServedRack.start();
  const tell = (count: number) => {
    rack.state.event(one, 'lookout', `number ${count}`);
    rack.store.commit.flush();
  };
  tell(1);
  const { child, said, ended } = rack.start('events', '--follow', '--slot', '1');
  const last = () => texts(said.out).at(-1);
  await expect.poll(last, { timeout: 30_000 }).toBe('slot 1 lookout: number 1');
  tell(2);
  await expect.poll(last, { timeout: 30_000 }).toBe('slot 1 lookout: number 2');
  tell(3);
  await rack.end();
  await rack.begin();
  tell(4);
  await expect.poll(last, { timeout: 30_000 }).toBe('slot 1 lookout: number 4');
  child.kill('SIGTERM');
  await ended;
  expect(texts(said.out)).toEqual([1, 2, 3, 4].map((count) => `slot 1 lookout: number ${count}`));
  expect(said.err).toBe('');
}, 60_000);
