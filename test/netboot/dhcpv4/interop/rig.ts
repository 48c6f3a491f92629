/**
 * Four legs as veth pairs, each with a board's end in a namespace of its own, the real server on the real socket, and
 * clients that others wrote. Started by interop.test.ts inside a sealed bundle of namespaces; prints one JSON value.
 *
 * Board 1: udhcpc with the options of a Pi, then as an operating system that renews and releases.
 * Board 2: dhclient with the options of a Pi, then with a lease of somewhere else.
 * Board 3: the bytes of a 3B ROM as raw frames; it answers no ARP and never sends a REQUEST.
 * Board 4: silent; it must not see a single frame of DHCP.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import pino from 'pino';
import { Interfaces } from '../../../../src/net/interfaces.ts';
import { setPermanentNeighbour4 } from '../../../../src/net/neighbour.ts';
import { openPacket } from '../../../../src/net/packet.ts';
import { realClock } from '../../../../src/net/real-clock.ts';
import { run } from '../../../../src/net/run.ts';
import { openUdp4 } from '../../../../src/net/udp.ts';
import { Dhcpv4Server, type Lease, type Leg } from '../../../../src/netboot/dhcpv4/index.ts';
import { sleep } from '../../../../src/rack/clock.ts';
import { millis } from '../../../../src/rack/units.ts';
import { type Ipv4, parseMac } from '../../../../src/wire/address.ts';
import { BROADCAST_MAC, decodeFrame, encodeUdpFrame, type Frame } from '../../../../src/wire/ethernet/index.ts';
import { ROM_3B } from '../../../wire/dhcpv4/roms.ts';
import { leg } from '../support.ts';

const BOARDS = [1, 2, 3, 4] as const;
const MACS = ['b8:27:eb:69:20:2e', 'e4:5f:01:09:02:f7', 'b8:27:eb:07:bc:c6', '02:00:00:00:00:04'].map(parseMac);
const PXE_CLASS = 'PXEClient:Arch:00000:UNDI:002001';
const SERIAL_UUID = `00${'2e20694c'.repeat(4)}`;
const PI4_UUID = '0034695052'.concat('1431d000', '010902f7', '3df0cd91');

const ipRoute = (...args: string[]) => run('ip', args, { timeout: millis(5000) });
const inBoard = (board: number, ...args: string[]) => ['netns', 'exec', `b${board}`, ...args];

/** Waits for something that happens by itself; the limit only bounds a broken run. */
async function until(what: string, done: () => boolean): Promise<void> {
  const limit = realClock.monotonic() + 20_000;
  while (!done()) {
    if (realClock.monotonic() > limit) throw new Error(`waited 20 s for ${what}`);
    await sleep(realClock, millis(10));
  }
}

async function plug(board: (typeof BOARDS)[number]): Promise<Leg> {
  const where = leg(board);
  const mac = MACS[board - 1] as string;
  await ipRoute('netns', 'add', `b${board}`);
  await ipRoute(
    'link',
    'add',
    where.interface,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'address',
    mac,
    'netns',
    `b${board}`,
  );
  await ipRoute('address', 'add', `${where.controller}/${where.prefixLength}`, 'dev', where.interface);
  await ipRoute('link', 'set', where.interface, 'up');
  await ipRoute('-n', `b${board}`, 'link', 'set', 'eth0', 'up');
  return where;
}

/** Captures what a board sees and sends; resolves when the capture runs. */
async function capture(board: number): Promise<ChildProcess> {
  const filter = ['-i', 'eth0', '--immediate-mode', '-U', '-w', `/run/b${board}.pcap`, 'arp or udp'];
  const tcpdump = spawn('ip', inBoard(board, 'tcpdump', '-Z', 'root', ...filter), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  tcpdump.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  await until(`tcpdump on board ${board}`, () => said.includes('listening on'));
  return tcpdump;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** The frames of a capture file (libpcap format, little-endian) with the kernel's time of each in milliseconds. */
function frames(board: number): (Frame & { at: number; payload?: string })[] {
  const file = readFileSync(`/run/b${board}.pcap`);
  const seen: (Frame & { at: number; payload?: string })[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    // The last record may be on its way into the file.
    if (at + 16 + length > file.length) break;
    const frame = decodeFrame(file.subarray(at + 16, at + 16 + length));
    const time = file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000;
    const payload = 'payload' in frame ? { payload: Buffer.from(frame.payload).toString('hex') } : {};
    seen.push({ ...frame, at: time, ...payload } as (typeof seen)[number]);
    at += 16 + length;
  }
  return seen;
}

/** The environment that a client gave its script, last event first come. */
function environment(path: string): Record<string, string>[] {
  return readFileSync(path, 'utf8')
    .split('---\n')
    .filter((block) => block !== '')
    .map((block) =>
      Object.fromEntries(
        block
          .trimEnd()
          .split('\n')
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      ),
    );
}

function writeScripts(): void {
  const dump = (path: string) => `{ env; echo ---; } >> ${path}\n`;
  const configure = 'ip address replace $ip/$mask dev $interface';
  const set = `case "$1" in bound|renew) ${configure};; deconfig) ip address flush dev $interface;; esac\n`;
  writeFileSync('/run/udhcpc.sh', `#!/bin/sh\nexport event=$1\n${set}${dump('/run/udhcpc.env')}`, { mode: 0o755 });
  writeFileSync('/run/dhclient.sh', `#!/bin/sh\n${dump('/run/dhclient.env')}exit 0\n`, { mode: 0o755 });
  const colons = (hex: string) => hex.replaceAll(/(..)(?!$)/g, '$1:');
  const options = `
    option pi-architecture code 93 = string;
    option pi-interface code 94 = string;
    option pi-uuid code 97 = string;
    timeout 20;
    retry 1;
    send pi-architecture 00:00;
    send pi-interface 01:02:01;
    request subnet-mask, routers, vendor-encapsulated-options, vendor-class-identifier, tftp-server-name, pi-uuid;`;
  const pi = `send vendor-class-identifier "${PXE_CLASS}";\n    send pi-uuid ${colons(PI4_UUID)};`;
  writeFileSync('/run/pi.conf', `${options}\n    ${pi}\n`);
  writeFileSync('/run/os.conf', 'timeout 20;\nretry 1;\nrequest subnet-mask, routers, host-name, domain-name;\n');
  const dates = ['renew', 'rebind', 'expire'].map((name) => `${name} 2 2037/01/06 00:00:00;`).join(' ');
  writeFileSync('/run/empty.leases', '');
  writeFileSync('/run/old.leases', `lease { interface "eth0"; fixed-address 10.20.0.200; ${dates} }\n`);
}

async function udhcpc(server: Dhcpv4Server): Promise<void> {
  const common = ['busybox', 'udhcpc', '-f', '-i', 'eth0', '-s', '/run/udhcpc.sh', '-t', '5', '-T', '1'];
  const pi = ['-V', PXE_CLASS, '-x', `0x61:${SERIAL_UUID}`, '-x', '0x5d:0000', '-x', '0x5e:010201'];
  const want = [43, 60, 66, 67].flatMap((code) => ['-O', `${code}`]);
  await run('ip', inBoard(1, ...common, ...pi, ...want, '-n', '-q'), { timeout: millis(20_000) });
  const os = spawn('ip', inBoard(1, ...common), { stdio: 'ignore' });
  await until(
    'udhcpc to be bound',
    () => environment('/run/udhcpc.env').filter(({ event }) => event === 'bound').length === 2,
  );
  os.kill('SIGUSR1');
  await until('udhcpc to renew', () => environment('/run/udhcpc.env').some(({ event }) => event === 'renew'));
  os.kill('SIGUSR2');
  await until('udhcpc to release', () => server.counters.releases === 1);
  await stop(os);
}

async function dhclient(): Promise<void> {
  const start = (config: string, leases: string) =>
    run(
      'ip',
      inBoard(
        2,
        'dhclient',
        '-4',
        '-1',
        '-cf',
        config,
        '-sf',
        '/run/dhclient.sh',
        '-lf',
        leases,
        '-pf',
        '/run/dhclient.pid',
        'eth0',
      ),
      {
        timeout: millis(30_000),
      },
    );
  await start('/run/pi.conf', '/run/empty.leases');
  process.kill(Number(readFileSync('/run/dhclient.pid', 'utf8')), 'SIGKILL');
  await start('/run/os.conf', '/run/old.leases');
  process.kill(Number(readFileSync('/run/dhclient.pid', 'utf8')), 'SIGKILL');
}

/** Sends the DISCOVER of a 3B ROM, and waits until it was answered and woken. */
async function rom(): Promise<void> {
  const socket = openPacket({ ifname: 'eth0', netns: '/run/netns/b3' });
  socket.send(
    encodeUdpFrame({
      source: MACS[2] as (typeof MACS)[number],
      destination: BROADCAST_MAC,
      sourceAddress: '0.0.0.0' as Ipv4,
      destinationAddress: '255.255.255.255' as Ipv4,
      sourcePort: 68,
      destinationPort: 67,
      ttl: 128,
      checksum: false,
      payload: ROM_3B,
    }),
  );
  socket.flush();
  const woken = () => frames(3).filter((frame) => frame.kind === 'udp4' && frame.destinationPort === 9);
  await until('the second wake-up', () => woken().length === 2);
  socket.close();
}

await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
mkdirSync('/run/netns');
await ipRoute('link', 'set', 'lo', 'up');
writeScripts();
const legs = new Map<string, Leg>();
for (const board of BOARDS) {
  const where = await plug(board);
  legs.set(where.interface, where);
}
const captures = await Promise.all(BOARDS.map(capture));

const interfaces = new Interfaces();
const leases: Lease[] = [];
const milestones: string[] = [];
const socket = openUdp4({ port: 67, broadcast: true });
const server = new Dhcpv4Server({
  socket,
  legs: (ifindex) => legs.get(interfaces.name(ifindex) ?? ''),
  leases: { record: (lease) => void leases.push(lease), committed: () => sleep(realClock, millis(1)) },
  neighbours: { set: (where, address, mac) => setPermanentNeighbour4(where.interface, address, mac) },
  observe: () => {},
  milestone: (slot, name, detail) => void milestones.push(`${slot} ${name}: ${detail}`),
  clock: realClock,
  log: pino({ level: 'warn' }, pino.destination(2)),
});

await Promise.all([udhcpc(server), dhclient()]);
// Alone, so that whatever strays is seen on the silent legs.
await rom();
server.close();
socket.close();
await Promise.all(captures.map(stop));

process.stdout.write(
  JSON.stringify({
    udhcpc: environment('/run/udhcpc.env'),
    dhclient: environment('/run/dhclient.env'),
    frames: Object.fromEntries(BOARDS.map((board) => [board, frames(board)])),
    counters: server.counters,
    leases,
    milestones,
  }),
);
// dhclient and its script have gone to the background; the namespace ends with this process.
process.exit(0);
