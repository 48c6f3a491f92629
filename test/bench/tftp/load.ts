/**
 * Boards that fetch one file again and again, and compare every byte with what it should be. All of them go through the
 * same batched sockets, so that they cost the machine less than any server they measure.
 */
import { openUdp4, type UdpBatch, type UdpSocket } from '../../../src/net/udp.ts';
import { decodeTftp, encodeTftp, TFTP_OPCODE, type TftpOptions } from '../../../src/wire/tftp/index.ts';
import { BenchFailed } from '../bench.ts';
import { Download, LANES, type Step, WELL_KNOWN_PORT } from './download.ts';

export interface LoadBoard {
  /** Interface in the boards' namespace. */
  readonly ifindex: number;
  readonly address: number;
  readonly server: number;
  /** File name as it is asked for. */
  readonly name: string;
}

export interface LoadOptions {
  readonly netns: string;
  readonly boards: readonly LoadBoard[];
  readonly content: Buffer;
  readonly asked: TftpOptions;
}

/** As boards do, each transfer takes another port than the ones before it. */
const PORTS = Array.from({ length: LANES }, (_, lane) => 49_152 + lane);
/** Few at a time: a board does not wait for others with its ACK, so neither should the server have to. */
const RECEIVE_SLOTS = 16;
const RECEIVE_BUFFER_BYTES = 32 << 20;
const TICK = 50;

export class TftpLoad {
  readonly #sockets: readonly UdpSocket[];
  readonly #byInterface: (Download | undefined)[] = [];
  readonly #downloads: Download[];
  readonly #ticking: NodeJS.Timeout;
  #failure: Error | undefined;

  constructor({ netns, boards, content, asked }: LoadOptions) {
    this.#sockets = PORTS.map((port) =>
      openUdp4({
        netns,
        port,
        receiveSlots: RECEIVE_SLOTS,
        sendSlots: 1024,
        receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      }),
    );
    this.#downloads = boards.map((board) => {
      const request = encodeTftp({ kind: 'rrq', name: board.name, mode: 'octet', options: asked });
      const download = new Download(content, request, asked, {
        ifindex: board.ifindex,
        localAddress: board.address,
        peerAddress: board.server,
      });
      this.#byInterface[board.ifindex] = download;
      return download;
    });
    for (const [lane, socket] of this.#sockets.entries()) socket.onBatch((batch) => this.#onBatch(batch, lane));
    this.#ticking = setInterval(() => this.#onTick(), TICK);
  }

  start(): void {
    const now = performance.now();
    for (const download of this.#downloads) this.#act(download, download.begin(now), now);
    this.#flush();
  }

  /** Bytes of file that arrived in order and were right, and packets sent a second time, of all boards so far. */
  totals(): { readonly bytes: number; readonly blocks: number; readonly resent: number } {
    if (this.#failure !== undefined) throw this.#failure;
    const sum = (of: 'bytes' | 'blocks' | 'resent') => this.#downloads.reduce((total, one) => total + one[of], 0);
    return { bytes: sum('bytes'), blocks: sum('blocks'), resent: sum('resent') };
  }

  /** Ends every transfer with an ERROR, so that the server has none left. */
  stop(): void {
    clearInterval(this.#ticking);
    const error = encodeTftp({ kind: 'error', code: 0, message: 'stop' });
    for (const { target, lane } of this.#downloads) {
      if (target.peerPort !== WELL_KNOWN_PORT) this.#sockets[lane]?.send(error, target);
    }
    this.#flush();
    for (const socket of this.#sockets) socket.close();
  }

  #onBatch(batch: UdpBatch, lane: number): void {
    const now = performance.now();
    for (let i = 0; i < batch.count; i++) {
      const download = this.#byInterface[batch.ifindex(i)];
      if (download?.lane !== lane) continue;
      const bytes = batch.bytes(i);
      const step =
        bytes[1] === TFTP_OPCODE.data
          ? download.onData(bytes, batch.peerPort(i), now)
          : this.#onOther(download, bytes, batch.peerPort(i), now);
      this.#act(download, step, now);
    }
    this.#flush();
  }

  #onOther(download: Download, bytes: Uint8Array, port: number, now: number): Step {
    const packet = decodeTftp(bytes);
    if (packet.kind === 'oack') return download.onOack(packet.options, port, now);
    this.#fail(new BenchFailed(`the server answered with ${JSON.stringify(packet)}`));
    return undefined;
  }

  #onTick(): void {
    const now = performance.now();
    for (const download of this.#downloads) this.#act(download, download.onTick(now), now);
    this.#flush();
  }

  #act(download: Download, step: Step, now: number): void {
    if (step === undefined) return;
    if (step instanceof Error) {
      this.#fail(step);
      return;
    }
    this.#sockets[download.lane]?.send(step, download.target);
    if (download.finished) this.#act(download, download.begin(now), now);
  }

  #flush(): void {
    for (const socket of this.#sockets) socket.flush();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
  }
}
