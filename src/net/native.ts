/** The add-on `native/`: its functions as TypeScript sees them, and the one place that loads it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What every batch socket takes when it is opened. */
export interface NativeSocketOptions {
  /** Path of a network namespace such as `/run/netns/b001`; without it, the namespace of this process. */
  readonly netns?: string;
  /** SO_RCVBUF, past the system's limit where this process may. */
  readonly receiveBufferBytes?: number;
  /** Messages fetched by one system call, 1 to 128 (128). */
  readonly receiveSlots?: number;
  /** Messages that may wait to be sent, 1 to 4096 (256). */
  readonly sendSlots?: number;
  /** Bytes of one slot, 256 to 65536 (2048), rounded up to 64; what is longer arrives truncated. */
  readonly slotBytes?: number;
}

/** A socket just opened: its number, and the ArrayBuffer that both sides write (see batch-socket.ts). */
export interface NativeSocket {
  readonly id: number;
  readonly arena: ArrayBuffer;
  readonly port: number;
  readonly ifindex: number;
}

/** Called once per batch. `received` = -1: the socket broke and is closed. */
export type NativeCallback = (received: number, errors: number) => void;

export interface Native {
  readonly layout: number;
  openUdp4(
    options: NativeSocketOptions & { port: number; address?: Uint8Array; broadcast?: boolean },
    callback: NativeCallback,
  ): NativeSocket;
  openUdp6(
    options: NativeSocketOptions & { port: number; address?: Uint8Array },
    callback: NativeCallback,
  ): NativeSocket;
  openIcmp6(options: NativeSocketOptions & { types: Uint8Array }, callback: NativeCallback): NativeSocket;
  openPacket(
    options: NativeSocketOptions & { ifname?: string; promiscuous?: boolean; outgoing?: boolean },
    callback: NativeCallback,
  ): NativeSocket;
  /** Sends what was added to the ring; the number of errors in the arena's table. */
  flush(socket: number, added: number): number;
  close(socket: number): void;
  setRef(socket: number, keepsProcessAlive: boolean): void;
  membership6(socket: number, ifindex: number, group: Uint8Array, join: boolean): void;
  /** Messages that the kernel threw away because they were not fetched in time. */
  drops(socket: number): number;
  registerBody(bytes: Uint8Array): number;
  releaseBody(body: number): void;
  openDescriptor(options: {
    netns?: string;
    family: 4 | 6;
    datagram?: boolean;
    address?: Uint8Array;
    port?: number;
    scope?: number;
    bind?: boolean;
    v6only?: boolean;
  }): number;
  interfaces(options: { netns?: string }): { index: number; name: string }[];
  arpSet(options: { netns?: string; ifname: string; address: number; mac: Uint8Array }): void;
  arpGet(options: { netns?: string; ifname: string; address: number }): { mac: Uint8Array; flags: number } | undefined;
  arpDelete(options: { netns?: string; ifname: string; address: number }): void;
  /** mount(2). `data` is what the file system's own options are, separated by commas. */
  mount(options: { source: string; target: string; type: string; flags: number; data?: string }): Promise<void>;
  /** umount2(2), without following a link in the last part. */
  unmount(options: { target: string }): Promise<void>;
  /** BTRFS_IOC_SNAP_CREATE_V2: a writable snapshot of the subvolume `source` as `name` in `directory`. */
  snapshot(options: { source: string; directory: string; name: string }): Promise<void>;
  /** BTRFS_IOC_INO_LOOKUP: the number of the subvolume that `path` is in. */
  subvolumeId(options: { path: string }): Promise<number>;
}

/** An error of a system call in the add-on, as Node's own: `code` is `EADDRINUSE` and the like. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** Changes with the arena's layout or the functions above; the same number is in native/pirack_net.h. */
const LAYOUT = 1;
const BUILT = fileURLToPath(new URL('../../native/build/Release/pirack_net.node', import.meta.url));

let loaded: Native | undefined;

/** The add-on, loaded on first use. Throws an Error that says how to build it when it is missing or of another version. */
export function native(): Native {
  return loaded ?? loadNative(BUILT);
}

/** Loads the build at `path`, for all of this thread: a test may have one with a sanitizer in it. */
export function loadNative(path: string): Native {
  if (!existsSync(path)) throw new Error(`the network add-on is not built: expected ${path}; run scripts/setup`);
  let found: Native;
  try {
    found = createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    throw new Error(`the network add-on ${path} does not load: run scripts/setup again`, { cause });
  }
  if (found.layout !== LAYOUT) {
    throw new Error(
      `the network add-on ${path} is version ${found.layout}, expected ${LAYOUT}: run scripts/setup again`,
    );
  }
  if (typeof found.mount !== 'function')
    throw new Error(`the network add-on ${path} is older than its sources: run scripts/setup again`);
  loaded = found;
  return found;
}

/** For `pirack doctor`: whether the add-on is built and loads, and how to mend it. */
export function examineNative(): { subject: string; grade: 'ok' | 'missing'; text: string; fix: string | undefined } {
  const subject = 'network add-on';
  try {
    return { subject, grade: 'ok', text: `built and loaded (version ${native().layout})`, fix: undefined };
  } catch (error) {
    return { subject, grade: 'missing', text: (error as Error).message, fix: 'run scripts/setup' };
  }
}
