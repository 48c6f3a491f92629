/**
 * Run in the guest of scripts/guest-nfsd: `pirack serve` of a real rack on a trunk that carries tagged frames. The trunk is a
 * veth to a switch, the kernel's bridge with VLANs, whose other ports are untagged and have a board each. Prints a line for
 * each thing that was tried.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFakeImage } from '../roots/support/fake-image.ts';
import { check, sh } from './checks.ts';

const STATE = '/srv/ext4/legs';
const RACK = join(STATE, 'rack.yaml');
/** Slots 1 and 2 are on VLANs 101 and 102, as the rack says; board 3 is in a VLAN of nobody, board 4 in the trunk's native one. */
const BOARDS: Readonly<Record<number, number>> = { 1: 101, 2: 102, 3: 103, 4: 1 };
/** Seconds; everything here is emulated. */
const PATIENCE = 900;

const inBoard = (n: number, command: string) =>
  sh(`nsenter --net=/run/netns/t${n} sh -c '${command.replaceAll("'", "'\\''")}'`);

function wire(): void {
  sh('ip netns add switch && ip link add trunk0 type veth peer name up netns switch');
  sh('ip -n switch link add br type bridge vlan_filtering 1 && ip -n switch link set br up');
  sh('ip -n switch link set up master br up');
  for (const [n, vlan] of Object.entries(BOARDS)) {
    sh(`ip netns add t${n} && ip link add eth0 netns t${n} type veth peer name p${n} netns switch`);
    sh(`ip -n switch link set p${n} master br up && ip -n t${n} link set eth0 up && ip -n t${n} link set lo up`);
    sh(`ip netns exec switch bridge vlan del vid 1 dev p${n}`);
    sh(`ip netns exec switch bridge vlan add vid ${vlan} dev p${n} pvid untagged`);
    // A switch hands on every VLAN, the native one untagged.
    sh(`ip netns exec switch bridge vlan add vid ${vlan} dev up ${vlan === 1 ? 'pvid untagged' : ''}`);
  }
}

function write(): void {
  mkdirSync(STATE, { recursive: true });
  makeFakeImage(join(STATE, 'image'));
  writeFileSync(join(STATE, 'community'), 'nobody\n');
  writeFileSync(
    RACK,
    `rack: legs
kind: real
zone: legs.example
trunk: {interface: trunk0, vlan_base: 100}
addresses: {ipv4: 10.21.0.0/24, ipv6: "2001:db8:21::/56"}
switches:
  - {name: sw1, address: 192.0.2.11, snmp: {version: 2c, community: {file: community}}, uplinks: ["9"], budget: 60 W, ports: 9}
slots:
  - {slots: 1-2, switch: sw1, ports: 1-2}
images:
  - {name: fake, directory: "${STATE}/image"}
default_image: fake
roots: {directory: "${STATE}/roots", backend: copy}
`,
  );
  writeFileSync(
    '/run/udhcpc.sh',
    '#!/bin/sh\n[ "$1" = bound ] || exit 0\nip addr replace $ip/$mask dev $interface\necho "$ip/$mask from $serverid"\n',
    { mode: 0o755 },
  );
}

const plan = () => sh(`bin/pirack serve ${RACK} --state ${STATE} --plan`);

async function serve(): Promise<ChildProcess> {
  let output = '';
  const server = spawn('bin/pirack', ['serve', RACK, '--state', STATE], { stdio: ['ignore', 'ignore', 'pipe'] });
  server.stderr?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  for (let i = 0; i < PATIENCE && !output.includes('"msg":"serving"') && server.exitCode === null; i++)
    await pause(1000);
  check('pirack serves a rack on the trunk', true, output.includes('"msg":"serving"') || output.slice(-2000));
  return server;
}

async function end(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill(signal);
  await gone;
}

/** Address and server that a client gets; nothing where nobody answers. */
const lease = (n: number, tries = 10) =>
  inBoard(n, `busybox udhcpc -i eth0 -n -q -f -t ${tries} -T 3 -s /run/udhcpc.sh 2>/dev/null || echo nothing`);

/** What the kernel has made, in its own words. */
const leg = (vlan: number) => {
  const text = sh(`ip -d -j link show dev vlan${vlan}`);
  if (!text.startsWith('[')) return text;
  const [link] = JSON.parse(text) as { link: string; linkinfo: { info_data: { protocol: string; id: number } } }[];
  return [link?.link, link?.linkinfo.info_data.protocol, link?.linkinfo.info_data.id];
};
const addresses = (vlan: number) =>
  sh(`ip -o addr show dev vlan${vlan} scope global | awk '{ print $4 }'`).split('\n').sort();
const legsAreRight = (when: string) => {
  for (const n of [1, 2]) {
    check(`leg ${n}, ${when}`, ['trunk0', '802.1Q', 100 + n], leg(100 + n));
    check(`leg ${n}, ${when}: addresses`, [`10.21.0.${n * 4 - 3}/30`, `2001:db8:21:${n}::1/64`], addresses(100 + n));
  }
  check(`read back, ${when}: nothing is left to be changed`, 'nothing to change', plan());
};
/** A root of slot `of`, mounted by board `n`. */
const mounted = (n: number, of: number, version: string) => {
  const how = version === '3' ? 'vers=3,nolock,mountproto=tcp' : `vers=${version}`;
  const mount = `mount -t nfs -o ${how},tcp,soft,timeo=100,retrans=1,retry=0 10.21.0.${n * 4 - 3}:${STATE}/roots/slot-00${of}/root /mnt`;
  return inBoard(n, `unshare -m sh -c "${mount} && cat /mnt/etc/hostname"`);
};

wire();
write();
check('the plan says what would be made', true, /vlan101: create as VLAN 101 on trunk0/.test(plan()));
check('and makes nothing', true, sh('ip link show dev vlan101').includes('does not exist'));

let server = await serve();
legsAreRight('made');

const capture = spawn('tcpdump', ['-i', 'trunk0', '-nn', '-e', '-l', '-U', 'port 67 or vlan and port 67'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
let frames = '';
capture.stdout.on('data', (bytes: Buffer) => (frames += bytes.toString()));
await pause(3000);
check('board 1: address by DHCP', '10.21.0.2/30 from 10.21.0.1', lease(1));
check('board 2: address by DHCP', '10.21.0.6/30 from 10.21.0.5', lease(2));
check('a VLAN of nobody: no answer', 'nothing', lease(3, 3));
check('untagged frames of the trunk: no answer', 'nothing', lease(4, 3));
await pause(2000);
capture.kill();
const tags = (request: RegExp) =>
  [
    ...new Set(
      frames
        .split('\n')
        .filter((line) => request.test(line))
        .map((line) => /vlan (\d+)/.exec(line)?.[1] ?? 'untagged'),
    ),
  ].sort();
check(
  'requests were tagged on the trunk, and the native VLAN was not',
  ['101', '102', '103', 'untagged'],
  tags(/BOOTP\/DHCP, Request/),
);
check('answers were tagged, to those two alone', ['101', '102'], tags(/BOOTP\/DHCP, Reply/));

for (const n of [1, 2]) {
  check(
    `board ${n}: ARP`,
    true,
    /from|Received [1-9]/.test(inBoard(n, `busybox arping -c 2 -w 10 -I eth0 10.21.0.${n * 4 - 3}`)),
  );
  check(`board ${n}: ping`, true, / 0% packet loss/.test(inBoard(n, `ping -n -c 2 -w 20 10.21.0.${n * 4 - 3}`)));
  sh(`ip -n t${n} addr add 2001:db8:21:${n}::2/64 dev eth0 nodad`);
  check(
    `board ${n}: ping over IPv6`,
    true,
    / 0% packet loss/.test(inBoard(n, `ping -6 -n -c 2 -w 20 2001:db8:21:${n}::1`)),
  );
}
for (const version of ['3', '4.1']) {
  check(`v${version} over a tagged leg: its own root`, 'slot-001', mounted(1, 1, version));
  const refusal = mounted(1, 2, version);
  check(`v${version} over a tagged leg: another's is refused`, true, /denied|No such file/.test(refusal) || refusal);
}
check(
  'board 2 is out of board 1’s reach',
  true,
  /100% packet loss/.test(inBoard(1, 'ip route replace default via 10.21.0.1; ping -n -c 2 -w 4 10.21.0.6')),
);
sh('ip -n t1 link add link eth0 name tagged type vlan id 102 && ip -n t1 link set tagged up');
check(
  'a board that tags its frames itself gets no answer',
  'nothing',
  inBoard(1, 'busybox udhcpc -i tagged -n -q -f -t 3 -T 3 -s /run/udhcpc.sh 2>/dev/null || echo nothing'),
);

await end(server, 'SIGKILL');
legsAreRight('after kill -9');
sh(
  'ip link del vlan101; ip link del vlan102; ip link add link trunk0 name vlan102 type vlan id 999; ip link set trunk0 down',
);
server = await serve();
legsAreRight('mended after somebody else’s hand');
check('board 1: address by DHCP again', '10.21.0.2/30 from 10.21.0.1', lease(1));
await end(server, 'SIGTERM');
console.log('everything was tried');
