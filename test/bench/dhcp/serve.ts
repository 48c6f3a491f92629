/**
 * The DHCP servers as production runs them: what they see goes into the state of the rack, and leases into a database
 * that is durable before an answer leaves. Only the limit of messages a leg is lifted: a board never comes near it, a
 * load does. Arguments: 4 or 6, state directory. Prints `ready`; serves until SIGTERM.
 */
import { pino } from 'pino';
import { readPlan } from '../../../src/cli/rack-file.ts';
import { takeObservation } from '../../../src/jobs/dhcp-sightings.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { setPermanentNeighbour4 } from '../../../src/net/neighbour.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { openUdp4 } from '../../../src/net/udp.ts';
import { openUdp6 } from '../../../src/net/udp6.ts';
import { Dhcpv4Server, type Lease, legOf, settingsOf } from '../../../src/netboot/dhcpv4/index.ts';
import { Dhcpv6Server, type Lease6, serverDuid } from '../../../src/netboot/dhcpv6/index.ts';
import { leg6Of } from '../../../src/netboot/ipv6-service.ts';
import { RowBatch } from '../../../src/store/row-batch.ts';
import { Store } from '../../../src/store/store.ts';
import type { Ipv6 } from '../../../src/wire/address.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { BenchFailed } from '../bench.ts';
import { PROJECT, RACK_FILE } from '../places.ts';

const UNLIMITED = { burst: 1e9, perSecond: 1e9 };

const [family = '', directory = ''] = process.argv.slice(2);
const log = pino({ level: 'info' }, pino.destination({ dest: `${directory}/log` }));
const plan = readPlan(RACK_FILE, PROJECT);
const store = new Store(directory);
const state = new RackState(plan, store, realClock, log, (what, cause) => {
  throw new BenchFailed(what, { cause });
});
const interfaces = new Interfaces();
const common = {
  milestone: (...seen: Parameters<RackState['saw']>) => state.saw(...seen),
  clock: realClock,
  log,
};

function serve4(): void {
  const legs = new Map(plan.slots.map((slot) => [slot.leg, legOf(plan, slot, [slot.ipv4.controller])]));
  new Dhcpv4Server({
    ...common,
    socket: openUdp4({ port: 67, broadcast: true }),
    legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
    leases: new RowBatch<Lease>(store.commit, (lease) => store.leases.save(lease)),
    neighbours: { set: (leg, address, mac) => setPermanentNeighbour4(leg.interface, address, mac) },
    observe: (slot, observation) => takeObservation(slot, observation, { state, heard: () => {} }),
    settings: { ...settingsOf(plan), rate: UNLIMITED },
  });
}

function serve6(): void {
  const dnsServers = ['2001:db8::53' as Ipv6];
  const legs = new Map(plan.slots.map((slot) => [slot.leg, { ...leg6Of(plan, slot), dnsServers }]));
  const socket = openUdp6({ port: 547 });
  for (const { leg } of plan.slots) socket.join(interfaces.index(leg) as number, ipv6Bytes('ff02::1:2'));
  const nothing = async () => {};
  new Dhcpv6Server({
    ...common,
    socket,
    legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
    server: serverDuid(plan.rack),
    leases: new RowBatch<Lease6>(store.commit, (lease) => store.leases6.save(lease)),
    // The boards of this load ask for no prefix and are no firmware, so there is nothing to tell the kernel.
    kernel: { route: nothing, firmware: nothing, system: nothing },
    observe: () => {},
    settings: { rate: UNLIMITED },
  });
}

(family === '4' ? serve4 : serve6)();
process.on('SIGTERM', () => {
  store.close();
  process.exit(0);
});
console.log('ready');
