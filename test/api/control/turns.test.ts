import { expect, it } from 'vitest';
import { Turns } from '../../../src/api/control/turns.ts';

it('work that came at once is done in its order, with room in between for what waits', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const tick = () => {
    done.push('tick');
    if (done.length < 20) setImmediate(tick);
  };
  setImmediate(tick);
  await Promise.all(['1', '2', '3'].map((name) => turns.run(() => done.push(name))));
  const between = done.join(' ').split(/[123]/).slice(0, 3);
  expect(done.filter((each) => each !== 'tick')).toEqual(['1', '2', '3']);
  expect(between.every((each) => each.includes('tick'))).toBe(true);
});

it('work that fails fails alone', async () => {
  const turns = new Turns();
  const bad = turns.run(() => {
    throw new Error('no');
  });
  const good = turns.run(() => 7);
  await expect(bad).rejects.toThrow('no');
  expect(await good).toBe(7);
});
