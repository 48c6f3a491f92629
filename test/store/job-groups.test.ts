import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { QUEUED } from '../../src/rack/job.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { Store } from '../../src/store/store.ts';

it('an action on many slots is known for as long as its jobs are, and no longer', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pirack-groups-'));
  const store = new Store(directory);
  onTestFinished(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  let now = 1_000;
  const action = (count: number): number => {
    const slots = Array.from({ length: count }, (_, index) => slotNumber(index + 1));
    const id = store.groups.add({ action: 'cycle', slots, who: 'ann', key: undefined, createdAt: millis(++now) });
    for (const slot of slots) {
      const wanted = { kind: 'power', slot, who: 'ann', parameters: {}, key: `group ${id} ${slot}` };
      const job = store.jobs.get(store.jobs.add(wanted, QUEUED, millis(++now)));
      if (job === undefined) throw new Error('expected the job that was added');
      store.jobs.save({ ...job, state: 'done' }, millis(now));
    }
    return id;
  };
  await store.commit.write(() => {
    for (let actions = 0; actions < 24; actions++) action(108);
  });
  const kept = store.groups.newest(100);
  expect(kept[0]?.id).toBe(24);
  expect(kept.length).toBeGreaterThanOrEqual(17);
  for (const { id, slots } of kept)
    expect(slots.filter((slot) => store.jobs.byKey(`group ${id} ${slot}`) === undefined)).toEqual([]);
});
