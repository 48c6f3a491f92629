/** Run in a sealed bundle: whether a board can begin a connection before its leg is held, while it is, and afterwards. */
import { createServer } from 'node:net';
import { pino } from 'pino';
import { Firewall, firewallFor } from '../../../src/net/firewall/index.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { run } from '../../../src/net/run.ts';
import { makePlan } from '../../support/plan.ts';
import { answer, quiet, sh } from '../support/bench-of-legs.ts';

const NFS = 2049;
const plan = makePlan(1);
const [slot] = plan.slots;
if (slot === undefined) throw new Error('expected a plan of one slot');
const { controller, board } = slot.ipv4;
sh(`ip netns add b1
  ip link add ${slot.leg} type veth peer name eth0 netns b1
  ip -n b1 addr add ${board}/30 dev eth0; ip -n b1 link set eth0 up
  ip addr add ${controller}/30 dev ${slot.leg}; ip link set ${slot.leg} up`);
const server = createServer((socket) => socket.end('here\n'));
await new Promise<void>((listening) => server.listen(NFS, controller, listening));
const changed: string[] = [];
const firewall = new Firewall({
  specs: [firewallFor(plan, { tftp: [], tftp6: [] })],
  clock: realClock,
  log: pino({ level: 'silent' }),
  changed: (text) => changed.push(text),
});
await firewall.start();

/** Through a second of silence a client asks twice. */
async function connects(): Promise<boolean> {
  const script = `busybox nc -w 2 ${controller} ${NFS} </dev/null || true`;
  return (await run('ip', ['netns', 'exec', 'b1', 'sh', '-c', script])).stdout === 'here\n';
}

for (let tries = 0; tries < 100 && !(await connects()); tries++) await quiet(50);
const before = await connects();
await firewall.holdFull([slot.leg], 60);
const held = await connects();
const drops = (await firewall.drops()).get('full-leg') ?? 0;
await firewall.holdFull([], 60);
const released = await connects();
await firewall.holdFull([slot.leg], 1);
await quiet(1200);
const byItself = await connects();
answer({ before, held, dropped: drops > 0, released, byItself });
firewall.stop();
server.close();
