/** Which boards hold a connection to the NFS server: the witness for the milestone "root mounted". */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { type Ipv4, ipv4FromNumber } from '../wire/address.ts';
import { hasCode } from './errors.ts';
import { MOUNT_PORT, NFS_PORT } from './exports/ganesha-config.ts';

const NFS_PORTS = [NFS_PORT, MOUNT_PORT];

/** A line of /proc/net/tcp or tcp6, as far as it is needed. */
export interface TcpLine {
  readonly localPort: number;
  /** Undefined for an IPv6 peer. */
  readonly peer: Ipv4 | undefined;
  readonly peerPort: number;
  readonly state: TcpState;
}

/** `over`: closed, or waiting for late segments; no process has it any more. */
export type TcpState = 'established' | 'listen' | 'over' | 'other';

/** include/net/tcp_states.h */
const STATES: Readonly<Record<string, TcpState>> = {
  '01': 'established',
  '06': 'over',
  '07': 'over',
  '0A': 'listen',
};
const LINE = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /;

/**
 * Reads /proc/net/tcp and tcp6: addresses are 32-bit words in hex, each in the byte order of the machine. A server that
 * listens on `::` sees IPv4 peers as ::ffff:a.b.c.d. Lines that are no sockets are left out.
 */
export function parseProcNetTcp(text: string, bigEndian: boolean): TcpLine[] {
  const lines: TcpLine[] = [];
  for (const line of text.split('\n')) {
    const [, , localPort, peer, peerPort, state] = LINE.exec(line) ?? [];
    if (localPort === undefined || peer === undefined || peerPort === undefined || state === undefined) continue;
    lines.push({
      localPort: Number.parseInt(localPort, 16),
      peer: ipv4Of(peer, bigEndian),
      peerPort: Number.parseInt(peerPort, 16),
      state: STATES[state] ?? 'other',
    });
  }
  return lines;
}

function ipv4Of(hex: string, bigEndian: boolean): Ipv4 | undefined {
  const words = Array.from(hex.matchAll(/.{8}/g), ([word]) => word32(word, bigEndian));
  if (words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff)
    return ipv4FromNumber(words[3] as number);
  return words.length === 1 ? ipv4FromNumber(words[0] as number) : undefined;
}

function word32(hex: string, bigEndian: boolean): number {
  const value = Number.parseInt(hex, 16);
  if (bigEndian) return value;
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

/** How many connections to the NFS server and to its mount service each peer holds, begun and half closed ones as well. */
export function connectionsIn(lines: readonly TcpLine[], ports: readonly number[] = NFS_PORTS): Map<Ipv4, number> {
  const counts = new Map<Ipv4, number>();
  for (const { localPort, peer, state } of lines) {
    if (peer === undefined || state === 'listen' || state === 'over' || !ports.includes(localPort)) continue;
    counts.set(peer, (counts.get(peer) ?? 0) + 1);
  }
  return counts;
}

/** The peers of established connections to `port`, each with the ports it connects from. */
export function nfsClientsIn(lines: readonly TcpLine[], port: number = NFS_PORT): Map<Ipv4, number[]> {
  const clients = new Map<Ipv4, number[]>();
  for (const { localPort, peer, peerPort, state } of lines) {
    if (localPort !== port || state !== 'established' || peer === undefined) continue;
    const ports = clients.get(peer);
    if (ports === undefined) clients.set(peer, [peerPort]);
    else ports.push(peerPort);
  }
  return clients;
}

export async function readTcpLines(): Promise<TcpLine[]> {
  const texts = await Promise.all(['/proc/self/net/tcp', '/proc/self/net/tcp6'].map(readIfThere));
  return texts.flatMap((text) => parseProcNetTcp(text, endianness() === 'BE'));
}

/** A kernel without IPv6 has no tcp6. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}
