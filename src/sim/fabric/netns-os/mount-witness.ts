/**
 * One TCP connection to the NFS server, kept alive by NULL calls (ONC RPC, RFC 5531; procedure 0 of program 100003, RFC 1813
 * §3.3.0): what a mounted root looks like from the server's side. Like a hard mount it never gives up.
 */
import type { Socket } from 'node:net';
import { connectIn } from '../../../net/netns-fd.ts';
import type { Clock, Timer } from '../../../rack/clock.ts';
import { millis, seconds } from '../../../rack/units.ts';

const NFS_PORT = 2049;
const NFS_PROGRAM = 100003;
const CALL_EVERY = seconds(10);
const ANSWER_LIMIT = seconds(30);
const CONNECT_LIMIT = seconds(10);
const RETRY_FIRST = 500;
const RETRY_LONGEST = 15_000;

export interface MountWitnessOptions {
  readonly netns: string;
  readonly server: string;
  readonly port?: number;
  readonly clock: Clock;
  /** The first answer came, on the first connection or on a new one. */
  readonly onMounted: () => void;
  /** The connection was lost, or could not be made: in words; it is tried again. */
  readonly onLost: (reason: string) => void;
}

export class MountWitness {
  readonly #options: MountWitnessOptions;
  #socket: Socket | undefined;
  #timer: Timer | undefined;
  #closed = false;
  #mounted = false;
  #xid = 1;
  #answers = 0;
  #retry = RETRY_FIRST;

  constructor(options: MountWitnessOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Answers of the server so far. */
  get answers(): number {
    return this.#answers;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#socket?.destroy();
  }

  async #connect(): Promise<void> {
    const { netns, server, port = NFS_PORT } = this.#options;
    let socket: Socket;
    try {
      socket = await connectIn(netns, 4, server, port, CONNECT_LIMIT);
    } catch (cause) {
      this.#again(`${server} port ${port}: ${(cause as Error).message}`);
      return;
    }
    if (this.#closed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => this.#again(`${server} closed the connection to port ${port}`));
    socket.on('data', () => this.#answered());
    this.#call();
  }

  #call(): void {
    this.#socket?.write(nullCall(this.#xid++));
    this.#after(ANSWER_LIMIT, () => {
      this.#options.onLost(`the NFS server does not answer: no reply for ${ANSWER_LIMIT} ms`);
      this.#socket?.destroy();
    });
  }

  #answered(): void {
    this.#answers++;
    this.#retry = RETRY_FIRST;
    if (!this.#mounted) {
      this.#mounted = true;
      this.#options.onMounted();
    }
    this.#after(CALL_EVERY, () => this.#call());
  }

  #again(reason: string): void {
    this.#socket = undefined;
    this.#mounted = false;
    if (this.#closed) return;
    this.#options.onLost(reason);
    this.#after(this.#retry, () => void this.#connect());
    this.#retry = Math.min(this.#retry * 2, RETRY_LONGEST);
  }

  #after(delay: number, run: () => void): void {
    this.#timer?.cancel();
    if (!this.#closed) this.#timer = this.#options.clock.after(millis(delay), run);
  }
}

/** A record of one fragment: NFSv3 procedure NULL, without credentials. The reply is not looked at: any bytes will do. */
export function nullCall(xid: number): Uint8Array {
  const call = [xid, 0, 2, NFS_PROGRAM, 3, 0, 0, 0, 0, 0];
  const bytes = new Uint8Array(4 + call.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x8000_0000 | (call.length * 4));
  for (const [i, word] of call.entries()) view.setUint32(4 + i * 4, word);
  return bytes;
}
