/** Helpers for scripts that run sealed in: legs made of veth pairs, waiting, the answer. */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { loadNative } from '../../../src/net/native.ts';

// The sanitizer's test runs the same scripts with its own build.
const other = process.env.PIRACK_TEST_NATIVE;
if (other !== undefined) loadNative(other);

export function sh(script: string): string {
  const { LD_PRELOAD: _, ...env } = process.env; // a sanitizer is for this process alone
  return execFileSync('sh', ['-ec', script], { encoding: 'utf8', env });
}

/** The script's answer, as the last line of its output. */
export function answer(value: unknown): void {
  console.log(JSON.stringify(value));
}

/** Waits until `done`, at most `limit` ms; whether it came true. */
export async function until(done: () => boolean, limit = 20_000): Promise<boolean> {
  const end = performance.now() + limit;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
  return done();
}

/** Lets what is under way arrive. */
export function quiet(ms = 100): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface Leg {
  readonly leg: string;
  /** Namespace of the board, and its interface there. */
  readonly netns: string;
  readonly board: string;
  /** 10.20.<n>.1 and 10.20.<n>.2, as numbers. */
  readonly controllerAddress: number;
  readonly boardAddress: number;
}

/** Legs `leg<n>` with 10.20.<n>.1/30, each with its board 10.20.<n>.2 in a namespace of its own. IPv6 without waiting for DAD. */
export function makeLegs(count: number): Leg[] {
  sh('for c in all default; do echo 0 > /proc/sys/net/ipv6/conf/$c/accept_dad; done');
  const legs = Array.from({ length: count }, (_, i) => legOf(i + 1));
  sh(legs.map((one, i) => `ip netns add b${i + 1}; ${connect(one, i + 1)}`).join('\n'));
  return legs;
}

export function legOf(n: number): Leg {
  const network = (10 << 24) | (20 << 16) | (n << 8);
  return {
    leg: `leg${n}`,
    netns: `/run/netns/b${n}`,
    board: 'eth0',
    controllerAddress: (network | 1) >>> 0,
    boardAddress: (network | 2) >>> 0,
  };
}

/** Shell text that makes the veth pair of a leg whose namespace exists. */
export function connect({ leg }: Leg, n: number): string {
  return `ip link add ${leg} type veth peer name eth0 netns b${n}
    ip -n b${n} link set lo up
    ip netns exec b${n} sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_dad'
    ip -n b${n} addr add 10.20.${n}.2/30 dev eth0; ip -n b${n} link set eth0 up
    ip addr add 10.20.${n}.1/30 dev ${leg}; ip link set ${leg} up`;
}

/** Waits until both ends of every leg are up: the kernel may take a second to let packets through. */
export function linksUp(legs: readonly Leg[]): Promise<void> {
  const up = (prefix: string, device: string): boolean =>
    sh(`${prefix} -o link show dev ${device}`).includes('state UP');
  return settled('are not up', () => legs.every((one) => up('ip', one.leg) && up(inside(one), one.board)));
}

/** Waits until both ends of every leg have a link-local address that can be used. */
export function linkLocals(legs: readonly Leg[]): Promise<void> {
  const has = (prefix: string, device: string): boolean =>
    sh(`${prefix} -6 -o addr show dev ${device} scope link -tentative`).includes('fe80:');
  return settled('have no link-local addresses', () =>
    legs.every((one) => has('ip', one.leg) && has(inside(one), one.board)),
  );
}

async function settled(what: string, done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (done()) return;
    await quiet(50);
  }
  throw new Error(`the legs ${what} after 200 looks`);
}

const inside = ({ netns }: Leg): string => `ip -n ${basename(netns)}`;

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const bytes = (value: string): Uint8Array => Buffer.from(value, 'latin1');
