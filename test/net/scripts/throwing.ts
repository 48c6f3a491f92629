// A handler that throws: the error is an uncaught exception like any other, and the socket goes on.
import { openUdp4 } from '../../../src/net/udp.ts';
import { answer, bytes, until } from '../support/bench-of-legs.ts';

const LOOPBACK = 0x7f000001;
const caught: string[] = [];
process.on('uncaughtException', (error) => caught.push(error.message));
const server = openUdp4({ port: 0, address: LOOPBACK });
let handled = 0;
server.onBatch((batch) => {
  handled += batch.count;
  throw new Error(`handler ${handled}`);
});
const to = { ifindex: 1, localAddress: LOOPBACK, peerAddress: LOOPBACK, peerPort: server.port };
for (const expected of [1, 2]) {
  server.send(bytes('x'), to);
  server.flush();
  await until(() => handled === expected && caught.length === expected);
}
// Its memory taken away while it listens: closed with an error, not a crash.
const broken = openUdp4({ port: 0, address: LOOPBACK });
const { arena } = (broken as unknown as { handle: { arena: ArrayBuffer } }).handle;
structuredClone(arena, { transfer: [arena] });
server.send(bytes('x'), { ...to, peerPort: broken.port });
server.flush();
await until(() => caught.length === 3);
server.close();
openUdp4({ port: 0, address: LOOPBACK }).unref(); // does not keep the process from ending
answer({ handled, caught });
