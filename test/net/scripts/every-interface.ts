// One packet socket for all interfaces: it tells where a frame came in, and a frame leaves by the one that it is told.
import { Interfaces } from '../../../src/net/interfaces.ts';
import { type FrameBatch, openPacket } from '../../../src/net/packet.ts';
import { answer, linkLocals, makeLegs, until } from '../support/bench-of-legs.ts';

const ASKS = '88b5cc01'; // IEEE 802 local experimental, and which frame
const ANSWERS = '88b5cc02';
const legs = makeLegs(2);
await linkLocals(legs);
const names = new Interfaces();

const frame = (text: string): Uint8Array => {
  const bytes = Buffer.alloc(60);
  bytes.fill(0xff, 0, 6);
  bytes.write('020000000001', 6, 'hex');
  bytes.write(text, 12, 'hex');
  return bytes;
};
function indexesOf(frames: FrameBatch, text: string): number[] {
  const all = Array.from({ length: frames.count }, (_, index) => index);
  return all.filter((index) => Buffer.from(frames.bytes(index)).toString('hex', 12, 16) === text);
}

const every = openPacket({});
const cameInBy: (string | undefined)[] = [];
const refused: [number, string][] = [];
every.onSendError((ifindex, _errno, message) => refused.push([ifindex, message]));
every.onFrames((frames) => {
  for (const index of indexesOf(frames, ASKS)) {
    cameInBy.push(names.name(frames.interface(index)));
    every.send(frame(ANSWERS), frames.interface(index));
  }
  every.flush();
});

const heard = legs.map(() => 0);
const boards = legs.map(({ netns }, at) => {
  const socket = openPacket({ ifname: 'eth0', netns });
  socket.onFrames((frames) => {
    heard[at] = (heard[at] as number) + indexesOf(frames, ANSWERS).length;
  });
  return socket;
});
for (const [at, board] of boards.entries()) {
  board.send(frame(ASKS));
  board.flush();
  await until(() => heard[at] === 1);
}
every.send(frame(ANSWERS), 4_000_000);
every.send(frame(ANSWERS));
every.flush();
await until(() => refused.length === 2);

answer({ cameInBy, heard, refused, ifindex: every.ifindex });
for (const socket of [every, ...boards]) socket.close();
