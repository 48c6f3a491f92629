/**
 * Run in the guest of scripts/guest-nfsd: the legs of a real rack on a trunk that carries tagged frames, as the controller
 * makes them, with its DHCP server on them. The trunk is a veth to a switch, the kernel's bridge with VLANs, whose other
 * ports are untagged and have a board each. Prints a line for each thing that was tried.
 */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { Interfaces } from '../../src/net/interfaces.ts';
import { describeChanges } from '../../src/net/legs/describe.ts';
import { reconcileLegs } from '../../src/net/legs/reconcile.ts';
import { setPermanentNeighbour4 } from '../../src/net/neighbour.ts';
import { realClock } from '../../src/net/real-clock.ts';
import { openUdp4 } from '../../src/net/udp.ts';
import { Dhcpv4Server, legOf, settingsOf } from '../../src/netboot/dhcpv4/index.ts';
import { makePlan } from '../support/plan.ts';
import { check, sh } from './checks.ts';

/** Slots 1 and 2 are on VLANs 101 and 102, as the plan says; board 3 is in a VLAN of nobody, board 4 in the trunk's native one. */
const BOARDS: Readonly<Record<number, number>> = { 1: 101, 2: 102, 3: 103, 4: 1 };

/** In a board, while the server here goes on. */
const inBoard = (n: number, command: string) =>
  new Promise<string>((done) => {
    execFile('nsenter', [`--net=/run/netns/t${n}`, 'sh', '-c', command], (_, stdout, stderr) =>
      done(`${stdout}${stderr}`.trim()),
    );
  });

/** Names that `ip` does not take for words of its own: `br` and `up` are some. */
const SWITCH = 'bridge0';
const UPLINK = 'uplink0';

function wire(): void {
  const must = (command: string) => {
    const said = sh(command);
    if (said.startsWith('failed:')) throw new Error(`${command}: ${said}`);
  };
  must(`ip netns add switch && ip link add trunk0 type veth peer name ${UPLINK} netns switch`);
  must(`ip -n switch link add ${SWITCH} type bridge vlan_filtering 1 && ip -n switch link set ${SWITCH} up`);
  must(`ip -n switch link set ${UPLINK} master ${SWITCH} up`);
  for (const [n, vlan] of Object.entries(BOARDS)) {
    must(`ip netns add t${n} && ip link add eth0 netns t${n} type veth peer name p${n} netns switch`);
    must(
      `ip -n switch link set p${n} master ${SWITCH} up && ip -n t${n} link set eth0 up && ip -n t${n} link set lo up`,
    );
    must(`ip netns exec switch bridge vlan del vid 1 dev p${n}`);
    must(`ip netns exec switch bridge vlan add vid ${vlan} dev p${n} pvid untagged`);
    // A switch hands on every VLAN, the native one untagged.
    must(`ip netns exec switch bridge vlan add vid ${vlan} dev ${UPLINK} ${vlan === 1 ? 'pvid untagged' : ''}`);
  }
  writeFileSync(
    '/run/udhcpc.sh',
    '#!/bin/sh\n[ "$1" = bound ] || exit 0\nip addr replace $ip/$mask dev $interface\necho "$ip/$mask from $serverid"\n',
    { mode: 0o755 },
  );
}

const plan = { ...makePlan(2), kind: 'real' as const, trunk: 'trunk0' };
const legs = new Map(plan.slots.map((slot) => [slot.leg as string, legOf(plan, slot)]));

function serveDhcp(): void {
  const interfaces = new Interfaces();
  new Dhcpv4Server({
    socket: openUdp4({ port: 67, broadcast: true }),
    legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
    leases: { record: () => undefined, committed: () => Promise.resolve() },
    neighbours: { set: (leg, address, mac) => setPermanentNeighbour4(leg.interface, address, mac) },
    observe: () => undefined,
    milestone: () => undefined,
    clock: realClock,
    log: pino({ level: 'error' }),
    settings: settingsOf(plan),
  });
}

/** VLANs of what DHCP says on the trunk, both ways, as the switch sees it. */
function tap() {
  const child = spawn(
    'nsenter',
    ['--net=/run/netns/switch', 'tcpdump', '-Z', 'root', '-i', UPLINK, '-e', '-nn', '-l'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
  const ended = new Promise((done) => child.once('close', done));
  const vlansOf = (kind: string) => {
    const lines = text.split('\n').filter((line) => line.includes(`BOOTP/DHCP, ${kind}`));
    return [...new Set(lines.map((line) => /vlan (\d+)/.exec(line)?.[1] ?? 'untagged'))].sort();
  };
  return {
    end: async () => {
      child.kill();
      await ended;
      if (text === '') throw new Error(`tcpdump saw nothing: ${said}`);
      return { requests: vlansOf('Request'), answers: vlansOf('Reply') };
    },
  };
}

/** Address and server that a client gets; nothing where nobody answers. */
const lease = (n: number, tries = 10, device = 'eth0') =>
  inBoard(
    n,
    `timeout 120 busybox udhcpc -i ${device} -n -q -f -t ${tries} -T 3 -s /run/udhcpc.sh 2>/dev/null || echo nothing`,
  );

/** What the kernel has made, in its own words. */
function leg(name: string): unknown {
  const text = sh(`ip -d -j link show dev ${name}`);
  if (!text.startsWith('[')) return text;
  const [link] = JSON.parse(text) as { link: string; linkinfo: { info_data: { protocol: string; id: number } } }[];
  return [link?.link, link?.linkinfo.info_data.protocol, link?.linkinfo.info_data.id];
}
const addresses = (name: string) =>
  sh(`ip -o addr show dev ${name} scope global | awk '{ print $4 }'`).split('\n').sort();

async function legsAreRight(when: string): Promise<void> {
  for (const slot of plan.slots) {
    check(`${slot.leg}, ${when}`, ['trunk0', '802.1Q', slot.vlan], leg(slot.leg));
    const wanted = [`${slot.ipv4.controller}/30`, `${slot.ipv6.controller}/64`];
    check(`${slot.leg}, ${when}: addresses`, wanted, addresses(slot.leg));
  }
  const again = await reconcileLegs({ plan });
  check(`${when}, nothing is left to be changed`, [], describeChanges(again.changes));
}

wire();
const dry = await reconcileLegs({ plan, dryRun: true });
check(
  'the plan says what would be made',
  true,
  describeChanges(dry.changes).includes('vlan101: create as VLAN 101 on trunk0'),
);
check('and makes nothing', true, sh('ip link show dev vlan101').includes('does not exist'));
check('made and read back', true, (await reconcileLegs({ plan })).verified);
await legsAreRight('made');

serveDhcp();
const wireTap = tap();
const [one, two] = plan.slots;
if (one === undefined || two === undefined) throw new Error('expected two slots');
check('board 1: address by DHCP', `${one.ipv4.board}/30 from ${one.ipv4.controller}`, await lease(1));
check('board 2: address by DHCP', `${two.ipv4.board}/30 from ${two.ipv4.controller}`, await lease(2));
check('a VLAN of nobody: no answer', 'nothing', await lease(3, 3));
check('untagged frames of the trunk: no answer', 'nothing', await lease(4, 3));
sh('ip -n t1 link add link eth0 name tagged type vlan id 102 && ip -n t1 link set tagged up');
check('a board that tags its frames itself: no answer', 'nothing', await lease(1, 3, 'tagged'));
await pause(2000);
const seen = await wireTap.end();
check('requests are tagged on the trunk', ['101', '102', '103', 'untagged'], seen.requests);
check('answers are tagged, and go to those two alone', ['101', '102'], seen.answers);

for (const [index, slot] of plan.slots.entries()) {
  const n = index + 1;
  const asked = await inBoard(n, `busybox arping -c 2 -w 10 -I eth0 ${slot.ipv4.controller}`);
  check(`board ${n}: ARP`, true, /eceived [1-9]/.test(asked) || asked);
  const ping = (address: string) => inBoard(n, `busybox ping -c 2 -w 20 ${address}`);
  const pinged = await ping(slot.ipv4.controller);
  check(`board ${n}: ping`, true, / 0% packet loss/.test(pinged) || pinged);
  sh(`ip -n t${n} addr add ${slot.ipv6.board}/64 dev eth0 nodad`);
  const pinged6 = await ping(slot.ipv6.controller);
  check(`board ${n}: ping over IPv6`, true, / 0% packet loss/.test(pinged6) || pinged6);
  check(
    `board ${n} is known by its own address`,
    true,
    sh(`ip neigh show dev ${slot.leg}`).includes(`${slot.ipv4.board} lladdr`),
  );
}
const across = await inBoard(
  1,
  `ip route replace default via ${one.ipv4.controller}; busybox ping -c 2 -w 4 ${two.ipv4.board}`,
);
check('board 2 is out of board 1’s reach', true, /100% packet loss/.test(across) || across);

sh(
  'ip link del vlan101; ip link del vlan102; ip link add link trunk0 name vlan102 type vlan id 999; ip link set trunk0 down',
);
check('after somebody else’s hand they are mended', true, (await reconcileLegs({ plan })).verified);
await legsAreRight('mended');
check('board 1: address by DHCP again', `${one.ipv4.board}/30 from ${one.ipv4.controller}`, await lease(1));
console.log('everything was tried');
process.exit();
