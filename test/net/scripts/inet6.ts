// Router solicitations and advertisements, and UDP over IPv6, on three legs.
import { ALL_NODES, ALL_ROUTERS, type Icmp6Socket, openIcmp6 } from '../../../src/net/icmp6.ts';
import { Interfaces } from '../../../src/net/interfaces.ts';
import { openUdp6 } from '../../../src/net/udp6.ts';
import { answer, bytes, linkLocals, makeLegs, quiet, text, until } from '../support/bench-of-legs.ts';

const legs = makeLegs(3);
await linkLocals(legs);
const names = new Interfaces();
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

// The controller hears solicitations only, and answers on the leg they came in on.
const router = openIcmp6();
for (const { leg } of legs) router.join(names.index(leg) as number, ALL_ROUTERS);
const solicited: unknown[] = [];
router.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) {
    const message = batch.bytes(i);
    if (message.length !== 8) continue; // the kernel's own solicitations carry an option
    solicited.push([
      names.name(batch.ifindex(i)),
      message[0],
      batch.hopLimit(i),
      hex(batch.localAddress(i)).slice(0, 4),
    ]);
    const advertisement = Uint8Array.of(134, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, batch.ifindex(i));
    router.send(advertisement, { ifindex: batch.ifindex(i), peerAddress: ALL_NODES });
  }
  router.flush();
});

const advertised: unknown[] = [];
const boards: Icmp6Socket[] = legs.map(({ netns, leg }) => {
  const board = openIcmp6({ netns, types: [134] });
  board.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) {
      const source = hex(batch.peerAddress(i)).slice(0, 4);
      advertised.push([leg, names.name(batch.bytes(i)[15] as number), batch.hopLimit(i), source]);
    }
  });
  return board;
});
legs.forEach(({ netns }, i) => {
  const ifindex = new Interfaces({ netns }).index('eth0') as number;
  const board = boards[i] as Icmp6Socket;
  board.send(Uint8Array.of(133, 0, 0, 0, 0, 0, 0, 0), { ifindex, peerAddress: ALL_ROUTERS });
  board.send(Uint8Array.of(135, 0, 0, 0, 0, 0, 0, 0), { ifindex, peerAddress: ALL_ROUTERS }); // not let in
  board.flush();
});
await until(() => advertised.length === 3);
await quiet();

// Leaving a group, joining twice.
const first = names.index('leg1') as number;
const failures: unknown[] = [];
for (const attempt of [
  () => router.join(first, ALL_ROUTERS),
  () => router.leave(first, ALL_NODES),
  () => router.join(987_654, ALL_ROUTERS),
]) {
  try {
    attempt();
    failures.push('none');
  } catch (error) {
    failures.push((error as { code: string }).code);
  }
}
router.leave(first, ALL_ROUTERS);

// UDP, as DHCPv6 does it: a link-local client asks a multicast group, the answer goes back to it.
const GROUP = Uint8Array.from(Buffer.from('ff020000000000000000000000010002', 'hex'));
const server = openUdp6({ port: 547 });
for (const { leg } of legs) server.join(names.index(leg) as number, GROUP);
const asked: unknown[] = [];
server.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) {
    asked.push([names.name(batch.ifindex(i)), hex(batch.localAddress(i)), text(batch.bytes(i)), batch.truncated(i)]);
    const to = { ifindex: batch.ifindex(i), peerAddress: batch.peerAddress(i), peerPort: batch.peerPort(i) };
    server.send(bytes(`re: ${text(batch.bytes(i))}`), to);
  }
  server.flush();
});
const answered: string[] = [];
const clients = legs.map(({ netns, leg }) => {
  const client = openUdp6({ port: 546, netns });
  client.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) answered.push(`${leg} ${text(batch.bytes(i))}`);
  });
  const ifindex = new Interfaces({ netns }).index('eth0') as number;
  client.send(bytes(leg), { ifindex, peerAddress: GROUP, peerPort: 547 });
  client.flush();
  return client;
});
await until(() => answered.length === 3);
for (const socket of [router, server, ...boards, ...clients]) socket.close();
answer({ solicited, advertised, failures, asked, answered });
