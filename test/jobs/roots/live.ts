import { expect } from 'vitest';
import { Life, request, type World } from './world.ts';

const ENDED = ['done', 'failed', 'cancelled'];

/** A controller that lives for a number of moments, or until the job has ended. */
export async function live(world: World, kind: string, image: string | undefined, moments: number): Promise<void> {
  const life = new Life(moments);
  const { runner } = world.begin(life);
  const before = world.jobs.table.newest(1)[0];
  // The same request again makes no second job.
  if (before?.kind !== kind)
    void runner.ask({ ...request(kind, image === undefined ? {} : { image }), key: kind }).catch(() => undefined);
  for (let turn = 0; turn < 3_000 && !life.over; turn++) {
    const job = world.jobs.table.newest(1)[0];
    if (job?.kind === kind && ENDED.includes(job.state)) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  runner.stop();
}

/** Nothing is left on disk that is nobody's, and nothing that somebody needs is gone. */
export async function expectSwept(world: World): Promise<void> {
  await world.begin().slots.sweep(() => false);
  const places = world.table.all().map(({ place }) => place);
  expect([...world.files.keys()].sort()).toEqual(places.sort());
}
