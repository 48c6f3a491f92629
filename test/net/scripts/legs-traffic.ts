// 20 legs: a broadcast on each, an answer to each, then a leg that goes away and comes back.
import { Interfaces } from '../../../src/net/interfaces.ts';
import { openPacket, type PacketSocket } from '../../../src/net/packet.ts';
import { openUdp4, type UdpSocket } from '../../../src/net/udp.ts';
import { answer, bytes, connect, legOf, linksUp, makeLegs, quiet, sh, text, until } from '../support/bench-of-legs.ts';

const COUNT = 20;
const legs = makeLegs(COUNT);
const names = new Interfaces();
const server = openUdp4({ port: 67, broadcast: true });
const arrived: string[] = []; // "<leg the kernel says> <leg the board claims>"
const errors: string[] = [];
server.onSendError((_ifindex, _errno, message) => errors.push(message));
server.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) {
    const leg = names.name(batch.ifindex(i));
    const claim = text(batch.bytes(i));
    arrived.push(`${leg} ${claim}`);
    const local = batch.localAddress(i);
    // As DHCP does: broadcast, out of the interface that the question came in on.
    const to = { ifindex: batch.ifindex(i), localAddress: local, peerAddress: 0xffffffff, peerPort: 68 };
    server.send(bytes(`for ${claim}`), to);
  }
  server.flush();
});

const boards: { socket: UdpSocket; wire: PacketSocket; ifindex: number }[] = [];
const replies: string[] = []; // "<board that got it> <text>"
const frames: string[] = []; // the same, seen on the board's wire
function plugIn(n: number): void {
  const { netns } = legOf(n);
  const ifindex = new Interfaces({ netns }).index('eth0') as number;
  const socket = openUdp4({ port: 68, broadcast: true, netns });
  socket.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) replies.push(`leg${n} ${text(batch.bytes(i))}`);
  });
  const wire = openPacket({ ifname: 'eth0', netns });
  wire.onFrames((batch) => {
    for (let i = 0; i < batch.count; i++) {
      const at = text(batch.bytes(i)).indexOf('for leg');
      if (at >= 0) frames.push(`leg${n} ${text(batch.bytes(i).subarray(at))}`);
    }
  });
  boards[n - 1] = { socket, wire, ifindex };
}
function ask(n: number): void {
  const { socket, ifindex } = boards[n - 1] as (typeof boards)[number];
  socket.send(bytes(`leg${n}`), { ifindex, localAddress: 0, peerAddress: 0xffffffff, peerPort: 67 });
  socket.flush();
}

await linksUp(legs);
for (let n = 1; n <= legs.length; n++) plugIn(n);
for (let n = 1; n <= legs.length; n++) ask(n);
await until(() => replies.length === COUNT && frames.length === COUNT);
await quiet();
const first = { arrived: arrived.splice(0), replies: replies.splice(0), frames: frames.splice(0) };

// Leg 7 is unplugged: what is still sent there fails alone; others go on.
const old = names.index('leg7') as number;
sh('ip link del leg7');
server.send(bytes('into the void'), { ifindex: old, localAddress: 0, peerAddress: 0xffffffff, peerPort: 68 });
server.flush();
ask(8);
await until(() => replies.length === 1);
const without = { arrived: arrived.splice(0), replies: replies.splice(0), errors: errors.splice(0) };

boards[6]?.socket.close();
boards[6]?.wire.close();
sh(connect(legOf(7), 7));
await linksUp([legOf(7)]);
plugIn(7);
ask(7);
await until(() => replies.length === 1);
const again = {
  arrived: arrived.splice(0),
  replies: replies.splice(0),
  errors,
  renumbered: names.index('leg7') !== old,
};
server.close();
for (const { socket, wire } of boards) {
  socket.close();
  wire.close();
}
answer({ first, without, again });
