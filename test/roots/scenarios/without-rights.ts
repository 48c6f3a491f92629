/** In a user namespace, as somebody without rights on the machine has it: what cannot be done is said, not attempted. */
import { join } from 'node:path';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { examineRoots } from '../../../src/roots/doctor.ts';
import { NotPossible } from '../../../src/roots/errors.ts';
import { GaneshaServer } from '../../../src/roots/exports/ganesha.ts';
import { finish, log, planOf, rootsIn } from './common.ts';

const [scratch = '', image = ''] = process.argv.slice(2);
const plan = planOf(2, image, join(scratch, 'roots'));
const refusal = async (act: () => Promise<unknown>) => {
  try {
    await act();
    return 'done';
  } catch (error) {
    return error instanceof NotPossible ? error.needs : String(error);
  }
};
const server = new GaneshaServer({
  directory: join(scratch, 'nfs'),
  graceless: true,
  deviceIds: false,
  connections: 1024,
  clock: realClock,
  log,
});
finish({
  start: await refusal(() => server.start([])),
  prepare: await refusal(() => rootsIn(scratch, plan).prepare()),
  doctor: await examineRoots(join(scratch, 'roots'), join(image, 'root'), run),
});
