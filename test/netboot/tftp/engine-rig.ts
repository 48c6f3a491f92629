/** A TFTP engine between fake sockets: datagrams are handed to it, and what it sends is looked at. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { FileBody, UdpBatch, UdpTarget } from '../../../src/net/udp.ts';
import type { Udp6Batch, Udp6Target } from '../../../src/net/udp6.ts';
import { TftpEngine } from '../../../src/netboot/tftp/engine.ts';
import type { SlotEvent } from '../../../src/netboot/tftp/events.ts';
import { FileStore } from '../../../src/netboot/tftp/files.ts';
import type { TftpLeg } from '../../../src/netboot/tftp/leg-state.ts';
import type { BootTree } from '../../../src/netboot/tree/types.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { type Ipv4, type Ipv6, ipv4ToNumber } from '../../../src/wire/address.ts';
import { ipv6Bytes } from '../../../src/wire/ipv6-text.ts';
import { decodeTftp, encodeTftp, type TftpOptions, type TftpPacket } from '../../../src/wire/tftp/index.ts';
import { ManualClock } from './manual-clock.ts';

export interface Sent<To = UdpTarget> {
  readonly line: number;
  readonly to: To;
  readonly packet: TftpPacket;
}

export interface Incoming {
  readonly ifindex: number;
  readonly from: Ipv4;
  readonly to: Ipv4;
  readonly port: number;
  readonly bytes: Uint8Array;
}

export interface Incoming6 extends Omit<Incoming, 'from' | 'to'> {
  readonly from: string;
  readonly to: string;
}

interface FakeBody {
  readonly length: number;
  readonly bytes: Uint8Array;
  release(): void;
}

class FakeSocket<To, Batch> {
  readonly port: number;
  readonly pending = 0;
  readonly stats = { received: 0, sent: 0, dropped: 0, errors: 0, overflowed: 0 };
  closed = false;
  handler: (batch: Batch) => void = () => {};
  sendErrorHandler: (ifindex: number, errno: number, message: string) => void = () => {};
  readonly #line: number;
  readonly #sent: Sent<To>[];
  #queued: Sent<To>[] = [];

  constructor(line: number, sent: Sent<To>[]) {
    this.port = line < 0 ? 69 : 40_000 + line;
    this.#line = line;
    this.#sent = sent;
  }

  onBatch(handler: (batch: Batch) => void): void {
    this.handler = handler;
  }

  send(bytes: Uint8Array, to: To): void {
    this.#queued.push({ line: this.#line, to, packet: decodeTftp(Uint8Array.from(bytes)) });
  }

  sendBody(head: Uint8Array, body: FileBody, offset: number, length: number, to: To): void {
    const { bytes } = body as unknown as FakeBody;
    if (offset + length > bytes.length) throw new RangeError('outside the body');
    this.send(Buffer.concat([head, bytes.subarray(offset, offset + length)]), to);
  }

  sendWindow(heads: Uint8Array, body: FileBody, offset: number, length: number, segment: number, to: To): void {
    const count = Math.ceil(length / segment);
    if (heads.length !== count * 4) throw new RangeError(`${heads.length} bytes of heads for ${count} segments`);
    for (let i = 0; i < count; i++) {
      const part = Math.min(segment, length - i * segment);
      this.sendBody(heads.subarray(i * 4, i * 4 + 4), body, offset + i * segment, part, to);
    }
  }

  flush(): void {
    this.#sent.push(...this.#queued);
    this.#queued = [];
  }

  onSendError(handler: (ifindex: number, errno: number, message: string) => void): void {
    this.sendErrorHandler = handler;
  }

  close(): void {
    this.closed = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  join(): void {}
  leave(): void {}
}

async function taken<T>(sent: T[], count: number): Promise<T[]> {
  await vi.waitFor(
    () => {
      if (sent.length < count) throw new Error(`expected ${count} datagrams, have ${sent.length}`);
    },
    { interval: 1, timeout: 5000 },
  );
  return sent.splice(0);
}

/** The leg of a slot that boots over IPv6 too. */
export function leg6Of(slot: number, mtu?: number): TftpLeg {
  const controller = `2001:db8:0:${slot}::1` as Ipv6;
  return legOf(slot, { ipv6: mtu === undefined ? { controller } : { controller, mtu } });
}

export function legOf(slot: number, more: Partial<TftpLeg> = {}): TftpLeg {
  return {
    ifindex: 100 + slot,
    slot: slotNumber(slot),
    controller: `10.0.${slot}.1` as Ipv4,
    board: `10.0.${slot}.2` as Ipv4,
    ...more,
  };
}

export class EngineRig {
  readonly directory = mkdtempSync(join(tmpdir(), 'pirack-engine-'));
  readonly clock = new ManualClock();
  readonly sent: Sent[] = [];
  readonly events: SlotEvent[] = [];
  readonly sent6: Sent<Udp6Target>[] = [];
  readonly listen = new FakeSocket<UdpTarget, UdpBatch>(-1, this.sent);
  readonly lines = [0, 1, 2].map((line) => new FakeSocket<UdpTarget, UdpBatch>(line, this.sent));
  readonly listen6 = new FakeSocket<Udp6Target, Udp6Batch>(-1, this.sent6);
  readonly lines6 = [0, 1, 2].map((line) => new FakeSocket<Udp6Target, Udp6Batch>(line, this.sent6));
  readonly files: FileStore<FileBody>;
  readonly engine: TftpEngine;
  #opening = 0;

  constructor() {
    const register = (bytes: Uint8Array) => ({ length: bytes.length, bytes, release() {} }) as unknown as FileBody;
    this.files = new FileStore({ clock: this.clock, register, maxBytes: 1 << 20 });
    const open = this.files.open.bind(this.files);
    this.files.open = async (directory, path) => {
      this.#opening++;
      return open(directory, path).finally(() => this.#opening--);
    };
    const { listen, lines, files, clock } = this;
    const ipv6 = { listen: this.listen6, lines: this.lines6 };
    this.engine = new TftpEngine({ listen, lines, ipv6, files, clock, emit: (event) => this.events.push(event) });
    for (const folder of ['first', 'boot']) mkdirSync(join(this.directory, folder));
    this.write('first/bootcode.bin', 'b'.repeat(1300));
    this.write('boot/start4.elf', 's'.repeat(1000));
    this.write('boot/kernel8.img', 'k'.repeat(5120));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  tree(slot: number, more: Partial<BootTree> = {}): BootTree {
    return {
      slot: slotNumber(slot),
      assigned: true,
      imageBoot: join(this.directory, 'boot'),
      firstStage: join(this.directory, 'first'),
      rendered: { 'config.txt': `# slot ${slot}\n`, 'cmdline.txt': `pirack.slot=${slot}\n` },
      ...more,
    };
  }

  /** Two slots with trees and known serials 0000000<slot>. */
  twoSlots(): this {
    this.engine.setLegs([legOf(1), legOf(2)]);
    for (const slot of [1, 2]) this.engine.setTree(this.tree(slot, { knownSerial: `0000000${slot}` }));
    return this;
  }

  /** `line` -1 is port 69. */
  deliver(line: number, datagrams: readonly Incoming[]): void {
    const at = (index: number) => datagrams[index] as Incoming;
    const socket = line < 0 ? this.listen : this.lines[line];
    if (socket === undefined) throw new RangeError(`no line ${line}`);
    socket.handler({
      count: datagrams.length,
      ifindex: (i) => at(i).ifindex,
      peerAddress: (i) => ipv4ToNumber(at(i).from),
      peerPort: (i) => at(i).port,
      localAddress: (i) => ipv4ToNumber(at(i).to),
      destinationAddress: (i) => ipv4ToNumber(at(i).to),
      bytes: (i) => at(i).bytes,
      truncated: () => false,
    });
  }

  /** The same by IPv6. */
  deliver6(line: number, datagrams: readonly Incoming6[]): void {
    const at = (index: number) => datagrams[index] as Incoming6;
    const socket = line < 0 ? this.listen6 : this.lines6[line];
    if (socket === undefined) throw new RangeError(`no line ${line}`);
    const begins = (address: string, start: Uint8Array) => start.every((byte, i) => ipv6Bytes(address)[i] === byte);
    socket.handler({
      count: datagrams.length,
      ifindex: (i) => at(i).ifindex,
      peerAddress: (i) => ipv6Bytes(at(i).from),
      peerBegins: (i, start) => begins(at(i).from, start),
      peerPort: (i) => at(i).port,
      localAddress: (i) => ipv6Bytes(at(i).to),
      localBegins: (i, start) => begins(at(i).to, start),
      bytes: (i) => at(i).bytes,
      truncated: () => false,
    });
  }

  /** A datagram as the board of a slot sends it. */
  from(slot: number, port: number, line: number, packet: TftpPacket | Uint8Array): void {
    const { ifindex, board, controller } = legOf(slot);
    const bytes = packet instanceof Uint8Array ? packet : encodeTftp(packet);
    this.deliver(line, [{ ifindex, from: board, to: controller, port, bytes }]);
  }

  rrq(slot: number, port: number, name: string, options: TftpOptions = {}): void {
    this.from(slot, port, -1, { kind: 'rrq', name, mode: 'octet', options });
  }

  ack(slot: number, port: number, line: number, block: number): void {
    this.from(slot, port, line, { kind: 'ack', block });
  }

  error(slot: number, port: number, line: number, message = 'Early terminate'): void {
    this.from(slot, port, line, { kind: 'error', code: 0, message });
  }

  /** Waits for `count` datagrams, and takes them. Files are read from the disk, so an answer takes a while. */
  async take(count = 1): Promise<Sent[]> {
    return taken(this.sent, count);
  }

  async take6(count = 1): Promise<Sent<Udp6Target>[]> {
    return taken(this.sent6, count);
  }

  /** Waits until everything that was asked for is answered. */
  async settled(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#opening > 0);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Asks, and gives the one datagram that answers. */
  async ask(slot: number, port: number, name: string, options: TftpOptions = {}): Promise<Sent> {
    this.rrq(slot, port, name, options);
    return (await this.take(1))[0] as Sent;
  }

  /** Fetches a file in lockstep. */
  async fetch(slot: number, port: number, name: string): Promise<string> {
    let content = '';
    for (let answer = await this.ask(slot, port, name); ; answer = (await this.take(1))[0] as Sent) {
      if (answer.packet.kind !== 'data') throw new Error(`expected DATA, got ${JSON.stringify(answer.packet)}`);
      const { block, data } = answer.packet;
      content += Buffer.from(data).toString('latin1');
      this.ack(slot, port, answer.line, block);
      if (data.length < 512) return content;
    }
  }

  ofType<T extends SlotEvent['type']>(type: T): Extract<SlotEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<SlotEvent, { type: T }> => event.type === type);
  }

  close(): void {
    this.engine.close();
    rmSync(this.directory, { recursive: true });
  }
}
