/**
 * The TFTP server as production runs it: its thread, its files, its events taken into the state of the rack and the
 * database. Arguments: state directory, boot directory. Prints `ready`; serves until SIGTERM.
 */
import { pino } from 'pino';
import { readPlan } from '../../../src/cli/rack-file.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { takeTftpEvents } from '../../../src/jobs/tftp-sightings.ts';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { startTftp } from '../../../src/netboot/tftp/client.ts';
import { Store } from '../../../src/store/store.ts';
import { BenchFailed } from '../bench.ts';
import { PROJECT, RACK_FILE } from '../places.ts';
import { serialOf } from './serials.ts';

const [stateDirectory = '', boot = ''] = process.argv.slice(2);
const log = pino({ level: 'warn' });
const plan = readPlan(RACK_FILE, PROJECT);
const store = new Store(stateDirectory);
const state = new RackState(plan, store, realClock, log, (what, cause) => {
  throw new BenchFailed(what, { cause });
});
const interfaces = new Interfaces();
const server = await startTftp({ log });
server.setLegs(
  plan.slots.flatMap(({ slot, leg, ipv4 }) => {
    const ifindex = interfaces.index(leg);
    return ifindex === undefined ? [] : [{ ifindex, slot, ...ipv4 }];
  }),
);
for (const { slot } of plan.slots) {
  server.setTree({
    slot,
    assigned: true,
    knownSerial: serialOf(slot),
    imageBoot: boot,
    firstStage: boot,
    rendered: {},
  });
}
await server.warm(boot);
server.onEvent((events) =>
  takeTftpEvents(events, {
    state,
    firstRequest: () => {},
    learned: () => {},
    crashed: (reason) => {
      throw new BenchFailed(reason);
    },
  }),
);
process.on('SIGTERM', () => void server.stop().then(() => store.close()));
// The thread takes its messages in order: once it answers this, it has legs and trees.
await server.stats();
console.log('ready');
