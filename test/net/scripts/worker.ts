// A socket in a worker thread: traffic through it, then the thread is ended in the middle of traffic, many times over.
import { readdirSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { openPacket } from '../../../src/net/packet.ts';
import { openUdp4, registerBody } from '../../../src/net/udp.ts';
import { answer, bytes, quiet, until } from '../support/bench-of-legs.ts';

const LOOPBACK = 0x7f000001;
const ROUNDS = Number(process.argv[2] ?? 20);

if (isMainThread) await main();
else serve();

/** Answers every datagram with a piece of a file. */
function serve(): void {
  const server = openUdp4({ port: 0, address: LOOPBACK });
  const file = registerBody(new Uint8Array(100_000).fill(0x66));
  const frames = openPacket({ ifname: 'lo' });
  frames.onFrames(() => {});
  server.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) {
      const peer = { peerAddress: batch.peerAddress(i), peerPort: batch.peerPort(i) };
      server.sendBody(bytes('part'), file, i * 10, 1000, { ifindex: 1, localAddress: LOOPBACK, ...peer });
    }
    server.flush();
  });
  parentPort?.postMessage(server.port);
  parentPort?.on('message', () => {
    server.close();
    frames.close();
    file.release();
    parentPort?.close();
  });
}

async function main(): Promise<void> {
  const client = openUdp4({ port: 0, address: LOOPBACK });
  let answers = 0;
  let goal = 0; // the port that is asked as fast as it answers; 0 = none
  const ask = (count: number): void => {
    const to = { ifindex: 1, localAddress: LOOPBACK, peerAddress: LOOPBACK, peerPort: goal };
    for (let i = 0; i < count; i++) client.send(bytes('?'), to);
    client.flush();
  };
  client.onBatch((batch) => {
    answers += batch.count;
    if (goal !== 0) ask(batch.count);
  });
  const before = readdirSync('/proc/self/fd').length;
  const codes: number[] = [];
  let busy = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const worker = new Worker(new URL(import.meta.url));
    goal = await new Promise<number>((resolve) => worker.once('message', resolve));
    answers = 0;
    ask(64);
    if (await until(() => answers > 500)) busy++;
    const ended = new Promise<number>((resolve) => worker.once('exit', resolve));
    if (round % 2 === 0) codes.push(await worker.terminate());
    else {
      worker.postMessage('end');
      codes.push(await ended);
    }
    goal = 0;
  }
  await quiet();
  const leaked = readdirSync('/proc/self/fd').length - before;
  // This thread's socket is none the worse.
  const server = openUdp4({ port: 0, address: LOOPBACK });
  let heard = 0;
  server.onBatch((batch) => (heard += batch.count));
  goal = server.port;
  ask(3);
  await until(() => heard === 3);
  client.close();
  server.close();
  answer({ busy, codes, leaked, heard });
}
