// Raw frames over one leg: with and without a tag, seen from both ends; an interface that goes away.
import { type FrameBatch, openPacket, type PacketSocket } from '../../../src/net/packet.ts';
import { answer, linkLocals, makeLegs, quiet, sh, until } from '../support/bench-of-legs.ts';

interface Seen {
  bytes: string;
  tci: number;
  outgoing: boolean;
  truncated: boolean;
  checksumPending: boolean;
}

const TYPE = '88b5'; // IEEE 802 local experimental
const [leg] = makeLegs(1) as [ReturnType<typeof makeLegs>[number]];
sh('ip link set leg1 mtu 9000; ip -n b1 link set eth0 mtu 9000');
await linkLocals([leg]);

function watch(socket: PacketSocket): Seen[] {
  const seen: Seen[] = [];
  socket.onFrames((frames: FrameBatch) => {
    for (let i = 0; i < frames.count; i++) {
      const bytes = Buffer.from(frames.bytes(i)).toString('hex');
      if (!bytes.slice(0, 80).includes(TYPE)) continue;
      const [tci, outgoing] = [frames.vlanTci(i), frames.outgoing(i)];
      const [truncated, checksumPending] = [frames.truncated(i), frames.checksumPending(i)];
      seen.push({ bytes: bytes.slice(24, 60), tci, outgoing, truncated, checksumPending });
    }
  });
  return seen;
}

const board = openPacket({ ifname: 'eth0', netns: leg.netns, slotBytes: 4096 });
const beside = openPacket({ ifname: 'eth0', netns: leg.netns, outgoing: true, slotBytes: 4096 });
const controller = openPacket({ ifname: 'leg1', promiscuous: true });
const atBoard = watch(board);
const besideBoard = watch(beside);
const atController = watch(controller);
const errors: string[] = [];
controller.onSendError((_ifindex, _errno, message) => errors.push(message));
const frame = (text: string, size = 60): Uint8Array => {
  const bytes = Buffer.alloc(size);
  bytes.fill(0xff, 0, 6);
  bytes.write('020000000001', 6, 'hex');
  bytes.write(text, 12, 'hex');
  return bytes;
};
board.send(frame(`${TYPE}aa01`));
board.send(frame(`81006065${TYPE}aa02`)); // priority 3, VLAN 101
board.send(frame(`81000000${TYPE}aa03`)); // priority tag: VLAN 0
board.send(frame(`${TYPE}aa04`, 4000));
controller.send(frame(`8100e0c8${TYPE}bb01`)); // priority 7, VLAN 200
board.flush();
controller.flush();
await until(() => atController.length === 4 && atBoard.length === 1);

controller.send(frame(`${TYPE}bb02`, 14));
controller.send(new Uint8Array(5)); // shorter than a header: the kernel refuses it
controller.flush();
await until(() => atBoard.length === 2 && besideBoard.length === 6);
const refused = errors.splice(0);

sh('ip link del leg1');
await until(() => errors.length > 0);
const before = process.cpuUsage();
await quiet(300);
const idle = process.cpuUsage(before);
controller.send(frame(`${TYPE}bb03`));
controller.flush();
answer({
  atBoard,
  besideBoard,
  atController,
  refused,
  gone: errors,
  // A socket whose interface went away must not keep the loop busy.
  spinning: idle.user + idle.system > 200_000,
  ifindex: controller.ifindex,
});
board.close();
beside.close();
controller.close();
