/**
 * A board whose tenant is root and means harm: sends every kind of frame there is to be sent on its leg, as fast as told.
 * Run in the namespace of the slot. Says `flooding` when it begins, and at the end, or after SIGTERM, prints one line of
 * JSON: what left, and how long it took.
 */
import { parseArgs } from 'node:util';
import { openPacket, type PacketSocket } from '../../../src/net/packet.ts';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { Greedy } from './greedy.ts';
import { KINDS4 } from './kinds4.ts';
import { KINDS6 } from './kinds6.ts';
import { anyMac, type HostileLeg, oneOf } from './leg.ts';

/** Frames made beforehand: making one takes longer than sending it. Some are made anew in every turn. */
const POOL = 4096;
const REFRESH = 4;
const TURN_MS = 2;
/** In one turn at most, so that what comes in is read too. */
const MOST_A_TURN = 4096;

const { values } = parseArgs({
  options: {
    interface: { type: 'string', default: 'eth0' },
    board: { type: 'string' },
    controller: { type: 'string' },
    board6: { type: 'string' },
    controller6: { type: 'string' },
    mac: { type: 'string' },
    /** Frames a second. */
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '10' },
    /** Comma-separated; everything if left out. */
    kinds: { type: 'string' },
  },
});

const KINDS = { ...KINDS4, ...KINDS6 };
type KindName = keyof typeof KINDS;

const leg: HostileLeg = {
  board: parseIpv4(values.board ?? ''),
  controller: parseIpv4(values.controller ?? ''),
  board6: ipv6Bytes(values.board6 ?? ''),
  controller6: ipv6Bytes(values.controller6 ?? ''),
  controllerMac: parseMac(values.mac ?? ''),
};
const names = (values.kinds?.split(',') ?? [...Object.keys(KINDS), 'greedy']) as (KindName | 'greedy')[];
const kinds = names.filter((name): name is KindName => name !== 'greedy');
const sources = Array.from({ length: 32 }, anyMac);
const make = (): Uint8Array => KINDS[oneOf(kinds)](leg, oneOf(sources));

const socket = openPacket({ ifname: values.interface, sendSlots: 1024, receiveSlots: 128 });
const greedy = names.includes('greedy') ? new Greedy(leg, sources[0] as (typeof sources)[number], socket) : undefined;
let heard = 0;
socket.onFrames((frames) => {
  heard += frames.count;
  for (let i = 0; i < frames.count; i++) greedy?.take(frames.bytes(i));
  socket.flush();
});

let ended = false;
process.on('SIGTERM', () => {
  ended = true;
});
const pool = kinds.length === 0 ? [] : Array.from({ length: POOL }, make);
console.log('flooding');
const began = performance.now();
await flood(socket, Number(values.rate), Number(values.seconds) * 1000);
const { sent, dropped, errors } = socket.stats;
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ sent, seconds, dropped, errors, heard, greedyAcks: greedy?.acks ?? 0 }));
socket.close();

async function flood(out: PacketSocket, rate: number, length: number): Promise<void> {
  let told = 0;
  let at = 0;
  for (let now = began; now - began < length && !ended; now = performance.now()) {
    greedy?.ask(now);
    const due = Math.min(Math.floor(((now - began) * rate) / 1000) - told, MOST_A_TURN);
    // What could not be sent in time is not made up for: a wire does not either.
    told = Math.floor(((now - began) * rate) / 1000);
    for (let i = 0; i < due && pool.length > 0; i++) {
      out.send(pool[at] as Uint8Array);
      at = (at + 1) % POOL;
    }
    out.flush();
    for (let i = 0; i < REFRESH && pool.length > 0; i++) pool[(at + i) % POOL] = make();
    // At full speed there is no time to lose.
    await new Promise((done) => (due === MOST_A_TURN ? setImmediate(done) : setTimeout(done, TURN_MS)));
  }
}
