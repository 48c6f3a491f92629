// The process ends with sockets of every kind open, messages queued and a body registered.
import { openIcmp6 } from '../../../src/net/icmp6.ts';
import { openPacket } from '../../../src/net/packet.ts';
import { openUdp4, registerBody } from '../../../src/net/udp.ts';
import { openUdp6 } from '../../../src/net/udp6.ts';
import { answer, bytes } from '../support/bench-of-legs.ts';

const LOOPBACK = 0x7f000001;
const server = openUdp4({ port: 0 });
const frames = openPacket({ ifname: 'lo', outgoing: true });
openUdp6({ port: 0 });
openIcmp6();
const body = registerBody(bytes('never released'));
const to = { ifindex: 1, localAddress: LOOPBACK, peerAddress: LOOPBACK, peerPort: server.port };
server.onBatch((batch) => {
  // In the middle of its own handler, with more to send.
  server.sendBody(batch.bytes(0), body, 0, 5, to);
  answer({ received: batch.count, frames: frames.stats.received >= 0 });
  process.exit(0);
});
server.sendBody(bytes('x'), body, 0, 5, to);
server.flush();
