/** A board that loads big files at once and without end, and acknowledges every block by itself to have windows sent again. */
import type { PacketSocket } from '../../../src/net/packet.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import { decodeFrame, encodeUdpFrame, type Frame } from '../../../src/wire/ethernet/index.ts';
import { decodeTftp, encodeTftp } from '../../../src/wire/tftp/index.ts';
import { below, type HostileLeg } from './leg.ts';

const TRANSFERS = 12;
const FILE = 'bootcode.bin';
/** A transfer that stands still this long is begun anew. */
const STALLED = 500;

export class Greedy {
  acks = 0;
  readonly #leg: HostileLeg;
  readonly #source: Mac;
  readonly #socket: PacketSocket;
  readonly #heardAt = new Map<number, number>();

  constructor(leg: HostileLeg, source: Mac, socket: PacketSocket) {
    this.#leg = leg;
    this.#source = source;
    this.#socket = socket;
    for (let i = 0; i < TRANSFERS; i++) this.#heardAt.set(600 + i, Number.NEGATIVE_INFINITY);
  }

  /** Begins what is not under way. */
  ask(now: number): void {
    for (const [port, heardAt] of this.#heardAt) {
      if (now - heardAt < STALLED) continue;
      this.#heardAt.set(port, now);
      const options = { tsize: 0, blksize: 512 + below(900), windowsize: 32 };
      this.#send(port, 69, encodeTftp({ kind: 'rrq', name: FILE, mode: 'octet', options }));
    }
  }

  take(bytes: Uint8Array): void {
    const frame = decodeOrNothing(bytes);
    if (frame?.kind !== 'udp4' || !this.#heardAt.has(frame.destinationPort)) return;
    try {
      const packet = decodeTftp(frame.payload);
      if (packet.kind !== 'oack' && packet.kind !== 'data') return;
      this.#heardAt.set(frame.destinationPort, performance.now());
      this.acks++;
      const block = packet.kind === 'oack' ? 0 : packet.block;
      this.#send(frame.destinationPort, frame.sourcePort, encodeTftp({ kind: 'ack', block }));
      // The end: again, and at once.
      if (packet.kind === 'data' && packet.data.length < 512) this.#heardAt.set(frame.destinationPort, 0);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  #send(sourcePort: number, destinationPort: number, payload: Uint8Array): void {
    const { board, controller, controllerMac } = this.#leg;
    const addresses = { sourceAddress: board, destinationAddress: controller };
    const ends = { source: this.#source, destination: controllerMac, sourcePort, destinationPort };
    this.#socket.send(encodeUdpFrame({ ...ends, ...addresses, checksum: true, payload }));
  }
}

function decodeOrNothing(bytes: Uint8Array): Frame | undefined {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
