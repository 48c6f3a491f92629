// Sockets of other namespaces: TCP both ways, what is refused, what is left behind in this process.
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { deleteNeighbour4, readNeighbour4, setPermanentNeighbour4 } from '../../../src/net/neighbour.ts';
import { connectIn, openListener } from '../../../src/net/netns-fd.ts';
import { openUdp4 } from '../../../src/net/udp.ts';
import { millis } from '../../../src/rack/units.ts';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { answer, linksUp, makeLegs, quiet, sh } from '../support/bench-of-legs.ts';

const legs = makeLegs(2);
const [one, two] = legs.map((leg) => leg.netns) as [string, string];
await linksUp(legs);
sh('ip -n b1 addr add fd00:1::2/64 dev eth0 nodad; ip addr add fd00:1::1/64 dev leg1 nodad');
const home = readlinkSync('/proc/thread-self/ns/net');
const descriptors = (): number => readdirSync('/proc/self/fd').length;

async function failure(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return 'none';
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code ?? message;
  }
}

// A service inside board 1, reached from there, from here, and not from board 2.
const served: string[] = [];
const fds = [
  openListener({ netns: one, family: 4, port: 2222 }),
  openListener({ netns: one, family: 6, port: 2222, address: 'fd00:1::2' }),
];
const closeOnExec = fds.map(
  (fd) =>
    (Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0', 8) &
      0o2000000) !==
    0,
);
const servers = fds.map((fd) =>
  createServer((socket) => {
    served.push(String(socket.remoteAddress));
    socket.end('hello');
  }).listen({ fd }),
);
await Promise.all(servers.map((server) => once(server, 'listening')));
async function read(netns: string | undefined, family: 4 | 6, address: string, port = 2222): Promise<string> {
  const socket = await connectIn(netns, family, address, port, millis(2000));
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}
const reached = [
  await read(one, 4, '127.0.0.1'),
  await read(undefined, 4, '10.20.1.2'),
  await read(undefined, 6, 'fd00:1::2'),
  await read(one, 6, 'fd00:1::2'),
];
await quiet(); // the sockets just used close
const before = descriptors();
const refused = [
  await failure(() => read(two, 4, '127.0.0.1')),
  await failure(() => read(two, 4, '10.20.1.2')),
  await failure(() => connectIn('/run/netns/none', 4, '127.0.0.1', 1)),
  await failure(() => connectIn(one, 4, '127.0.0.300', 1)),
  await failure(() => openListener({ netns: one, family: 4, port: 2222 })),
  await failure(() => openListener({ netns: '/dev/null', family: 4, port: 1 })),
  await failure(() => openUdp4({ port: 1, netns: '/proc/self/ns/mnt' })),
];
for (let i = 0; i < 200; i++) await failure(() => openListener({ netns: one, family: 4, port: 2222 }));
// Board 2 is there but silent: its firewall swallows everything.
sh('ip netns exec b2 nft "add table ip t; add chain ip t c { type filter hook input priority 0; policy drop; }"');
const silent = await failure(() => connectIn(undefined, 4, '10.20.2.2', 22, millis(200)));
await quiet();
const leaked = descriptors() - before;

// Neighbours and interfaces, here and there.
const address = parseIpv4('10.20.1.2');
const mac = parseMac('b8:27:eb:00:00:01');
const other = parseMac('dc:a6:32:00:00:02');
const neighbours: unknown[] = [];
setPermanentNeighbour4('leg1', address, mac);
neighbours.push(readNeighbour4('leg1', address), sh('ip neigh show 10.20.1.2 dev leg1').trim());
setPermanentNeighbour4('leg1', address, other);
neighbours.push(readNeighbour4('leg1', address), readNeighbour4('leg2', address) ?? 'none');
deleteNeighbour4('leg1', address);
neighbours.push(readNeighbour4('leg1', address) ?? 'none');
setPermanentNeighbour4('eth0', parseIpv4('10.20.1.1'), mac, { netns: one });
neighbours.push(readNeighbour4('eth0', parseIpv4('10.20.1.1'), { netns: one }));
neighbours.push(await failure(() => setPermanentNeighbour4('no-leg', address, mac)));
neighbours.push(await failure(() => deleteNeighbour4('leg2', address)));

const here = new Interfaces();
const there = new Interfaces({ netns: one });
const old = here.index('leg2') as number;
sh('ip link set leg2 down; ip link set leg2 name renamed; ip link add leg2 type dummy || ip link add leg2 type bridge');
const interfaces = {
  stale: here.index('leg2') === old,
  here: [here.name(1), here.name(old), here.name(987_654)],
  there: [there.index('lo'), typeof there.index('eth0'), there.index('leg1')].map((value) => value ?? 'none'),
  fresh: [] as unknown[],
};
here.refresh();
interfaces.fresh.push(here.index('leg2') !== old, here.name(old));
for (const server of servers) server.close();
const stayed = readlinkSync('/proc/thread-self/ns/net') === home;
answer({ reached, served, closeOnExec, refused, silent, leaked, neighbours, interfaces, stayed });
