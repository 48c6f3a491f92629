/**
 * What boards read their roots through, as production sets it up: legs with their sysctls, the firewall, a root for every
 * slot, and an NFS server with an export for each. Arguments: state directory, image directory. Prints `ready`; serves until
 * SIGTERM.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { arpFirewallFor, Firewall, firewallFor } from '../../../src/net/firewall/index.ts';
import { reconcileLegs } from '../../../src/net/legs/reconcile.ts';
import { ownMacs } from '../../../src/net/own-macs.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { readTcpLines } from '../../../src/roots/connections.ts';
import type { GaneshaServer } from '../../../src/roots/exports/ganesha.ts';
import { openRoots } from '../../../src/roots/index.ts';
import { Store } from '../../../src/store/store.ts';
import { BenchFailed } from '../bench.ts';
import { planWith } from './plan.ts';

const [directory = '', image = ''] = process.argv.slice(2);
const log = pino({ level: 'info' }, pino.destination({ dest: join(directory, 'log'), sync: true }));
const plan = planWith(image, join(directory, 'roots'));
const store = new Store(directory);
await reconcileLegs({ plan, neighbours: new Map() });
const macs = [...ownMacs(plan)];
const specs = [firewallFor(plan, { tftp: [69], tftp6: [], macs }), arpFirewallFor(plan)];
const firewall = new Firewall({
  specs,
  clock: realClock,
  log,
  changed: (what) => {
    throw new BenchFailed(what);
  },
});
await firewall.start();
const roots = openRoots({
  run,
  plan,
  store,
  stateDirectory: directory,
  imagesDirectory: join(directory, 'images'),
  log,
  clock: realClock,
});
await roots.images.load();
const { failed } = await roots.prepare(() => undefined);
for (const error of failed.values()) throw error;
/** As often as the controller looks for boards that have mounted their root. */
setInterval(() => void readTcpLines(), 1000);

process.on('SIGTERM', () => void end());

async function end(): Promise<void> {
  const pid = (roots.server as GaneshaServer).pid;
  firewall.stop();
  await roots.stop();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  // The peer is measured without.
  await run('nft', ['flush', 'ruleset']);
  store.close();
  process.exit(0);
}
console.log('ready');
