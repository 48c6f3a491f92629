// A virtual rack's legs: from nothing to right, again, drift and repair, a dry run, what is in the way.
import { readFileSync } from 'node:fs';
import { describeChanges } from '../../../src/net/legs/describe.ts';
import { reconcileLegs } from '../../../src/net/legs/reconcile.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { type Mac, parseMac } from '../../../src/wire/address.ts';
import { plan } from '../legs/support.ts';
import { answer, sh } from '../support/bench-of-legs.ts';

const COUNT = Number(process.argv[2]);
const rack = plan('virtual', COUNT);
const neighbours = new Map(
  rack.slots.map(({ slot }) => [slotNumber(slot), parseMac(`b8:27:eb:00:00:${slot.toString(16).padStart(2, '0')}`)]),
);
async function failure(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'none',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const absent = await failure(reconcileLegs({ plan: rack }));
sh(
  rack.slots
    .map(({ leg, slot }) => `ip link add ${leg} type veth peer name p${slot}; ip link set p${slot} up`)
    .join('\n'),
);
sh('ip link add bystander type bridge; ip addr add 10.20.1.9/24 dev bystander; ip link set bystander up');
sh('echo 1 > /proc/sys/net/ipv4/ip_forward; echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter');
const snapshot = (): string =>
  sh('ip -o addr show dev bystander scope global; ip -o addr show dev p1 scope global') +
  readFileSync('/proc/sys/net/ipv4/conf/bystander/forwarding', 'utf8') +
  readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
const bystander = snapshot();

const dry = await reconcileLegs({ plan: rack, neighbours, dryRun: true });
const addressesAfterDryRun = sh('ip -o -4 addr show')
  .split('\n')
  .filter((line) => line.includes('vlan')).length;

const start = performance.now();
const first = await reconcileLegs({ plan: rack, neighbours });
const milliseconds = Math.round(performance.now() - start);
const second = await reconcileLegs({ plan: rack, neighbours });
const seen = {
  addresses: sh('ip -o addr show dev vlan101 scope global')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/)[3]),
  neighbour: sh('ip neigh show dev vlan101 nud permanent').trim(),
  forwarding: readFileSync('/proc/sys/net/ipv4/conf/vlan101/forwarding', 'utf8').trim(),
};

// Drift, as another program or a person makes it.
sh(`ip link set vlan101 down; ip addr flush dev vlan102; ip addr add 203.0.113.1/24 dev vlan102
  ip neigh replace 10.20.3.2 lladdr 02:00:00:00:00:99 dev vlan103 nud permanent; ip neigh del 10.20.4.2 dev vlan104
  echo 1 > /proc/sys/net/ipv6/conf/vlan105/disable_ipv6; echo 0 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/ip_forward`);
const repair = await reconcileLegs({ plan: rack, neighbours });
const third = await reconcileLegs({ plan: rack, neighbours });

// This kernel has no VLAN driver, or it has: a real rack's legs on a trunk made of a veth.
sh('ip link add trunk0 type veth peer name trunk1; ip link add gone0 type veth peer name gone1');
const real = {
  ...plan('real', 2),
  trunk: 'trunk0',
  slots: plan('real', 302)
    .slots.slice(-2)
    .map((one) => ({ ...one })),
};
const hasVlans = await failure(reconcileLegs({ plan: real, neighbours: new Map<never, Mac>() }));

answer({
  absent,
  dry: { changes: dry.changes.length, verified: dry.verified, addressesAfterDryRun },
  first: { changes: first.changes.length, verified: first.verified, warnings: first.warnings },
  second: { changes: second.changes.length, verified: second.verified },
  milliseconds,
  seen,
  repair: describeChanges(repair.changes).filter((line) => !line.includes('forwarding: set 0 (is 1)')),
  forwardingRepaired: repair.changes.filter((one) => one.kind === 'set' && one.setting.endsWith('forwarding')).length,
  third: third.changes.length,
  untouched: snapshot() === bystander,
  hasVlans,
});
