/** One virtual board on a virtual wire with a scripted server at the other end. */
import { createHash } from 'node:crypto';
import type { NetbootModel } from '../../../../src/pi/tftp-names.ts';
import { VirtualBoard } from '../../../../src/sim/board/board.ts';
import { boardIdentity } from '../../../../src/sim/board/identity.ts';
import type { BoardOptions } from '../../../../src/sim/board/options.ts';
import type { OsBoot, OsEvents, OsPort } from '../../../../src/sim/board/os-port.ts';
import { seededRandom } from '../../../../src/sim/board/random.ts';
import type { BoardStage, BoardStatus } from '../../../../src/sim/board/status.ts';
import type { Phy } from '../../../../src/sim/board/wire.ts';
import { VirtualClock } from '../../../../src/sim/virtual-clock.ts';
import { VirtualWire, type VirtualWireOptions } from '../../../../src/sim/virtual-wire.ts';
import { decodeFrame } from '../../../../src/wire/ethernet/index.ts';
import { ScriptedServer, type ServerOptions } from './scripted-server.ts';

export const CMDLINE =
  'console=ttyS0 root=/dev/nfs nfsroot=10.20.0.1:/srv/pi/1,vers=3,proto=tcp rw ip=dhcp rootwait pirack.ipv6=fd20::2/64,fd20::1';

/** Comes up as soon as it is asked. */
export const instantPhy = (): Phy => ({ up: (ready) => ready(), down: () => {} });

/** An operating system that notes what it was asked to do and does what the test tells it. */
export class NotedOs implements OsPort {
  readonly boots: OsBoot[] = [];
  kills = 0;
  events: OsEvents | undefined;

  boot(request: OsBoot, events: OsEvents) {
    this.boots.push(request);
    this.events = events;
    events.stage('os-up', 'ready');
    return { kill: () => void this.kills++ };
  }
}

const made = new Map<number, Uint8Array>();

/** A file of `size` bytes that no other size starts with; the same bytes every time, so nobody may write to them. */
export function content(size: number): Uint8Array {
  let bytes = made.get(size);
  if (!bytes) {
    bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = i * 31 + size;
    made.set(size, bytes);
  }
  return bytes;
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const text = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));

/** A boot tree for that board, small but whole; `changes` replaces files (below the prefix) or takes them away. */
export function bootTree(
  model: NetbootModel,
  slot = 1,
  changes: Record<string, Uint8Array | string | undefined> = {},
): Map<string, Uint8Array> {
  const { serial8 } = boardIdentity(slot, model);
  const names: Record<string, Uint8Array | string | undefined> = {
    'config.txt': 'arm_64bit=1\nkernel=kernel8.img\n',
    'cmdline.txt': `${CMDLINE}\n`,
    'start.elf': content(40_000),
    'fixup.dat': content(7262),
    'start4.elf': content(50_000),
    'fixup4.dat': content(5399),
    'bcm2710-rpi-3-b.dtb': content(30_720),
    'bcm2710-rpi-3-b-plus.dtb': content(31_000),
    'bcm2711-rpi-4-b.dtb': content(51_000),
    'kernel8.img': content(120_000),
    ...changes,
  };
  const tree = new Map<string, Uint8Array>([['bootcode.bin', content(52_460)]]);
  for (const [name, value] of Object.entries(names)) {
    if (value === undefined) continue;
    const bytes = typeof value === 'string' ? text(value) : value;
    if (name.startsWith('/')) tree.set(name.slice(1), bytes);
    else tree.set(`${serial8}/${name}`, bytes);
  }
  return tree;
}

export interface RigOptions {
  readonly model: NetbootModel;
  readonly slot?: number;
  readonly board?: Partial<BoardOptions>;
  readonly wire?: Partial<VirtualWireOptions>;
  readonly server?: Partial<ServerOptions>;
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

export function rig({
  model,
  slot = 1,
  board: boardOptions,
  wire: wireOptions,
  server: serverOptions,
  files,
}: RigOptions) {
  const clock = new VirtualClock();
  const wire = new VirtualWire({ clock, ...wireOptions });
  const port = wire.port();
  let inject: (frame: Uint8Array, tci?: number) => void = () => {};
  const os = new NotedOs();
  const stages: BoardStage[] = [];
  const board = new VirtualBoard({
    identity: boardIdentity(slot, model),
    wire: {
      send: (frame) => port.send(frame),
      onFrame(handler) {
        inject = (frame, tci = -1) => handler?.(frame, tci);
        port.onFrame(handler);
      },
    },
    phy: instantPhy(),
    clock,
    random: seededRandom(slot),
    os,
    options: { strayTerminate: 0, ...boardOptions },
    onStage: (status: BoardStatus) => stages.push(status.stage),
  });
  const server = new ScriptedServer({
    clock,
    wire: wire.port(),
    files: files ?? bootTree(model, slot),
    ...serverOptions,
  });
  const until = (stage: BoardStage, limit = 120_000) => clock.runUntil(() => board.status().stage === stage, limit);
  /** A frame for the board alone, at once. */
  const toBoard = (frame: Uint8Array, tci = -1) => inject(frame, tci);
  return { clock, wire, os, board, server, stages, until, toBoard };
}

/** Drops the `count`th frame for which `wanted` holds. */
export function losing(count: number, wanted: (name: string, payload: Uint8Array) => boolean) {
  let seen = 0;
  return (frame: Uint8Array) => {
    const decoded = decodeFrame(frame);
    if (decoded.kind !== 'udp4' || !wanted(Buffer.from(decoded.payload).toString('latin1'), decoded.payload))
      return false;
    return ++seen === count;
  };
}
