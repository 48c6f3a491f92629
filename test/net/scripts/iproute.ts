// Reads and writes with ip in a namespace that holds two legs.
import {
  type IpBatchFailed,
  ipBatch,
  readAddresses,
  readLinks,
  readNeighbours,
  readRoutes,
} from '../../../src/net/iproute.ts';
import { answer, makeLegs, sh } from '../support/bench-of-legs.ts';

makeLegs(2);
sh(
  'ip neigh replace 10.20.1.2 lladdr b8:27:eb:00:00:01 dev leg1 nud permanent; ip route add 192.0.2.0/24 via 10.20.1.2',
);
sh('ip link add br0 type bridge; ip addr add fd00:9::1/64 dev leg2 nodad; ip route add blackhole 198.51.100.0/24');
const links = (await readLinks()).map(({ ifname, up, kind, parent, vlan }) => [ifname, up, kind, parent, vlan]);
const addresses = (await readAddresses()).filter((one) => one.scope === 'global');
const neighbours = await readNeighbours(['permanent']);
const routes = (await readRoutes(4, 'main')).map(({ destination, ifname, gateway, type }) => [
  destination,
  ifname,
  gateway,
  type,
]);
const routes6 = (await readRoutes(6)).filter((one) => one.destination === 'fd00:9::/64');

const outcomes: object[] = [];
for (const commands of [
  [],
  [['link', 'set', 'dev', 'leg1', 'mtu', '1400']],
  [
    ['link', 'set', 'dev', 'nope', 'up'],
    ['address', 'add', '10.20.1.1/30', 'dev', 'leg1'],
    ['address', 'add', '10.99.0.1/24', 'dev', 'leg1'],
    ['neighbour', 'delete', '10.1.1.1', 'dev', 'leg1'],
  ],
  [
    ['link', 'set', 'dev', 'nope', 'up'],
    ['address', 'add', '10.99.0.300/24', 'dev', 'leg1'],
    ['link', 'set', 'dev', 'leg1', 'mtu', '1300'],
  ],
]) {
  try {
    await ipBatch(commands);
    outcomes.push({ done: commands.length });
  } catch (error) {
    const { name, failures, stopped, message } = error as IpBatchFailed;
    outcomes.push({ name, failures: failures.map((one) => [one.command.join(' '), one.message]), stopped, message });
  }
}
const leg1 = (await readLinks()).find((one) => one.ifname === 'leg1')?.mtu;
const added = (await readAddresses()).some((one) => one.address === '10.99.0.1');
answer({ links, addresses, neighbours, routes, routes6, outcomes, leg1, added });
