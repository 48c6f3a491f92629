/**
 * Everything that boots a board, as production runs it: firewall, DHCP with durable leases and its limits, the TFTP thread,
 * and what both see taken into the state of the rack. Arguments: state directory, boot directory. Prints `ready`.
 */
import { pino } from 'pino';
import { readPlan } from '../../../src/cli/rack-file.ts';
import { takeObservation } from '../../../src/jobs/dhcp-sightings.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { takeTftpEvents } from '../../../src/jobs/tftp-sightings.ts';
import { arpFirewallFor, Firewall, firewallFor } from '../../../src/net/firewall/index.ts';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { setPermanentNeighbour4 } from '../../../src/net/neighbour.ts';
import { ownMacs } from '../../../src/net/own-macs.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { openUdp4 } from '../../../src/net/udp.ts';
import { Dhcpv4Server, type Lease, legOf, settingsOf } from '../../../src/netboot/dhcpv4/index.ts';
import { startTftp } from '../../../src/netboot/tftp/client.ts';
import { RowBatch } from '../../../src/store/row-batch.ts';
import { Store } from '../../../src/store/store.ts';
import { BenchFailed } from '../bench.ts';
import { PROJECT, RACK_FILE } from '../places.ts';
import { identityOf } from './boards.ts';
import { CMDLINE, CONFIG } from './boot-files.ts';

const [directory = '', boot = ''] = process.argv.slice(2);
const log = pino({ level: 'info' }, pino.destination({ dest: `${directory}/log` }));
const plan = readPlan(RACK_FILE, PROJECT);
const store = new Store(directory);
const fail = (what: string, cause?: unknown) => {
  throw new BenchFailed(what, { cause });
};
const state = new RackState(plan, store, realClock, log, fail);
const interfaces = new Interfaces();

// Boards read whole frames of a veth, where a segmented window would arrive as one giant frame.
const tftp = await startTftp({ log, segmentation: false });
tftp.setLegs(plan.slots.map(({ slot, leg, ipv4 }) => ({ ifindex: interfaces.index(leg) as number, slot, ...ipv4 })));
for (const slot of plan.slots) {
  const { serial8, mac } = identityOf(slot);
  const rendered = { 'config.txt': CONFIG, 'cmdline.txt': CMDLINE };
  tftp.setTree({
    slot: slot.slot,
    assigned: true,
    knownSerial: serial8,
    mac,
    imageBoot: boot,
    firstStage: boot,
    rendered,
  });
}
await tftp.warm(boot);

const macs = [...ownMacs(plan)];
const specs = [firewallFor(plan, { tftp: tftp.linePorts, tftp6: [], macs }), arpFirewallFor(plan)];
const firewall = new Firewall({ specs, clock: realClock, log, changed: fail });
await firewall.start();

const legs = new Map(plan.slots.map((slot) => [slot.leg, legOf(plan, slot)]));
const dhcp = new Dhcpv4Server({
  socket: openUdp4({ port: 67, broadcast: true, receiveBufferBytes: 16 << 20 }),
  legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
  leases: new RowBatch<Lease>(store.commit, (lease) => store.leases.save(lease)),
  neighbours: { set: (leg, address, mac) => setPermanentNeighbour4(leg.interface, address, mac) },
  observe: (slot, observation) => takeObservation(slot, observation, { state, heard: () => {} }),
  milestone: (...seen) => state.saw(...seen),
  clock: realClock,
  log,
  settings: settingsOf(plan),
});
tftp.onEvent((events) =>
  takeTftpEvents(events, {
    state,
    firstRequest: (slot) => dhcp.firstRequest(slot),
    learned: () => {},
    crashed: fail,
  }),
);

process.on('SIGTERM', () => {
  store.close();
  process.exit(0);
});
await tftp.stats();
console.log('ready');
