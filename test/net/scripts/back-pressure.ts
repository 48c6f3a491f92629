// A slow leg (50 Mbit/s): the socket takes no more, the rest waits in the ring and leaves by itself.
import { Interfaces } from '../../../src/net/interfaces.ts';
import { openPacket } from '../../../src/net/packet.ts';
import { openUdp4, registerBody } from '../../../src/net/udp.ts';
import { answer, linksUp, makeLegs, sh, until } from '../support/bench-of-legs.ts';

const TOTAL = 1000;
const [leg] = makeLegs(1) as [ReturnType<typeof makeLegs>[number]];
await linksUp([leg]);
const ifindex = new Interfaces().index(leg.leg) as number;
const board = openUdp4({ port: 5000, netns: leg.netns, receiveBufferBytes: 4 << 20 });
const seen: number[] = [];
board.onBatch((batch) => {
  for (let i = 0; i < batch.count; i++) {
    const bytes = batch.bytes(i);
    seen.push(((bytes[0] as number) << 8) | (bytes[1] as number));
  }
});

sh(`tc qdisc add dev ${leg.leg} root tbf rate 50mbit burst 16kb limit 4mb`);
const server = openUdp4({ port: 0, sendSlots: 1024 });
const body = registerBody(new Uint8Array(1400));
const to = { ifindex, localAddress: leg.controllerAddress, peerAddress: leg.boardAddress, peerPort: 5000 };
for (let i = 0; i < TOTAL; i++) server.sendBody(Uint8Array.of(i >> 8, i), body, 0, 1400, to);
server.flush();
const waited = server.pending;
await until(() => seen.length === TOTAL);
const inOrder = seen.every((number, i) => number === i);
const udp = { waited, pending: server.pending, got: seen.length, inOrder, stats: server.stats };

// A queue of two packets answers ENOBUFS: frames are tried again for a while, then skipped and counted, and it all ends.
sh(`tc qdisc replace dev ${leg.leg} root tbf rate 1mbit burst 2kb limit 3000`);
const wire = openPacket({ ifname: leg.leg, sendSlots: 64 });
const errors = new Set<string>();
wire.onSendError((_ifindex, _errno, message) => errors.add(message));
const frame = new Uint8Array(1000);
frame.fill(255, 0, 6);
frame[12] = 0x88;
frame[13] = 0xb5;
for (let i = 0; i < 64; i++) wire.send(frame);
wire.flush();
const settled = await until(() => wire.pending === 0);
const { sent, errors: refused } = wire.stats;
answer({ udp, packet: { settled, handled: sent + refused, errors: [...errors] } });
board.close();
server.close();
wire.close();
