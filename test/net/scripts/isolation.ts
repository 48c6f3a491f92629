// What a hostile board on leg 1 can do before the legs are reconciled, on a machine that routes IPv4, and after.

import { Interfaces } from '../../../src/net/interfaces.ts';
import { reconcileLegs } from '../../../src/net/legs/reconcile.ts';
import { openPacket } from '../../../src/net/packet.ts';
import { openUdp4 } from '../../../src/net/udp.ts';
import { plan } from '../legs/support.ts';
import { answer, bytes, quiet, sh, text } from '../support/bench-of-legs.ts';

const rack = plan('virtual', 2);
const number = (a: number, b: number, c: number, d: number): number => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
for (const n of [1, 2]) {
  sh(`ip netns add b${n}; ip link add vlan10${n} type veth peer name eth0 netns b${n}; ip link set vlan10${n} up
    ip -n b${n} link set eth0 up; ip -n b${n} link set lo up`);
}
// As a router does it, so that only the legs' own settings stand between the boards.
sh('echo 1 > /proc/sys/net/ipv4/ip_forward');
sh('ip addr add 10.20.1.1/30 dev vlan101; ip addr add 10.20.2.1/30 dev vlan102');
const one = '/run/netns/b1';
const ifindex = new Interfaces({ netns: one }).index('eth0') as number;
const mac = (device: string): string => sh(`ip ${device}`).match(/link\/ether ([0-9a-f:]+)/)?.[1] as string;
const gateway = mac('link show vlan101');

// The controller hears everything on its port; so does board 2.
const heard: string[] = [];
const controller = openUdp4({ port: 67, broadcast: true });
controller.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) heard.push(text(batch.bytes(i)));
});
const victim = openUdp4({ port: 67, netns: '/run/netns/b2' });
const reached: string[] = [];
victim.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) reached.push(text(batch.bytes(i)));
});
const wire = openPacket({ ifname: 'eth0', netns: one });
const arpReplies: string[] = [];
wire.onFrames((frames) => {
  for (let i = 0; i < frames.count; i++) {
    const frame = Buffer.from(frames.bytes(i));
    if (frame.readUInt16BE(12) === 0x0806 && frame[21] === 2) arpReplies.push([...frame.subarray(28, 32)].join('.'));
  }
});
function whoHas(sender: readonly number[], target: readonly number[]): void {
  const frame = Buffer.alloc(60);
  frame.fill(0xff, 0, 6);
  frame.write('020000000001080600010800060400010200000000 01'.replaceAll(' ', ''), 6, 'hex');
  frame.set(sender, 28);
  frame.set(target, 38);
  wire.send(frame);
  wire.flush();
}

async function attempt(): Promise<object> {
  heard.length = reached.length = arpReplies.length = 0;
  const board = openUdp4({ port: 68, broadcast: true, netns: one });
  // Without an address, as a boot ROM asks.
  sh('ip -n b1 addr flush dev eth0 scope global; ip -n b2 addr flush dev eth0 scope global');
  board.send(bytes('discover'), { ifindex, localAddress: 0, peerAddress: 0xffffffff, peerPort: 67 });
  board.flush();
  // With its own address, and with its neighbour's.
  sh(`ip -n b2 addr add 10.20.2.2/30 dev eth0; ip -n b1 addr add 10.20.1.2/30 dev eth0; ip -n b1 addr add 10.20.2.2/32 dev eth0
    ip -n b1 neigh replace 10.20.1.1 lladdr ${gateway} dev eth0 nud permanent; ip -n b1 route replace default via 10.20.1.1`);
  const own = number(10, 20, 1, 2);
  const send = (what: string, localAddress: number, peerAddress: number): void => {
    board.send(bytes(what), { ifindex, localAddress, peerAddress, peerPort: 67 });
    board.flush();
  };
  send('own', own, number(10, 20, 1, 1));
  send('spoofed', number(10, 20, 2, 2), number(10, 20, 1, 1));
  sh('ip -n b1 addr del 10.20.2.2/32 dev eth0');
  send('to the other board', own, number(10, 20, 2, 2));
  whoHas([10, 20, 1, 2], [10, 20, 1, 1]);
  whoHas([0, 0, 0, 0], [10, 20, 1, 1]);
  whoHas([10, 20, 1, 2], [10, 20, 2, 1]);
  await quiet(500);
  board.close();
  return { heard: [...heard].sort(), reached: [...reached], arpReplies: [...arpReplies].sort() };
}

await quiet(1500); // the links come up
const before = await attempt();
await reconcileLegs({ plan: rack });
const after = await attempt();
for (const socket of [controller, victim, wire]) socket.close();
answer({ before, after });
