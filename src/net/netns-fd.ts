/**
 * Sockets that live in another network namespace although this process does not: made there in one system call sequence,
 * then handed to Node as a file descriptor. For virtual boards: their SSH banner, their NFS connection, a switch's agent.
 */
import { Socket } from 'node:net';
import { type Millis, seconds } from '../rack/units.ts';
import { ipv4ToNumber, parseIpv4 } from '../wire/address.ts';
import { ipv6Bytes } from '../wire/ipv6-text.ts';
import { native } from './native.ts';

export interface ListenerOptions {
  /** Path of the namespace such as `/run/netns/b001`; without it, the namespace of this process. */
  readonly netns?: string;
  readonly family: 4 | 6;
  /** 0 = any free port. */
  readonly port: number;
  /** Literal to bind; all addresses by default. */
  readonly address?: string;
  /** A UDP socket, for `dgram.Socket.bind({ fd })`, in place of a TCP one for `net.Server.listen({ fd })`. */
  readonly datagram?: boolean;
}

/**
 * A bound, non-blocking, close-on-exec socket; whoever adopts the descriptor closes it. An IPv6 one never takes IPv4.
 * Throws a SystemError (EADDRINUSE, ENOENT of the namespace, EADDRNOTAVAIL…).
 */
export function openListener(options: ListenerOptions): number {
  const { netns, family, port, address, datagram } = options;
  return native().openDescriptor({
    ...(netns === undefined ? {} : { netns }),
    ...(address === undefined ? {} : { address: addressBytes(family, address) }),
    ...(datagram === undefined ? {} : { datagram }),
    family,
    port,
    bind: true,
    v6only: true,
  });
}

/**
 * A TCP connection from inside a namespace (undefined: this one). Rejects with the error of connect(2), or after `timeout`
 * (10 s) with one that says so. Link-local addresses are not reached: their zone is another namespace's.
 */
export async function connectIn(
  netns: string | undefined,
  family: 4 | 6,
  address: string,
  port: number,
  timeout: Millis = seconds(10),
): Promise<Socket> {
  addressBytes(family, address);
  const fd = native().openDescriptor({ ...(netns === undefined ? {} : { netns }), family });
  const socket = new Socket({ fd, readable: true, writable: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no connection to ${address} port ${port} after ${timeout} ms`)),
        timeout,
      );
      socket.once('error', reject);
      socket.once('close', () => clearTimeout(timer));
      socket.connect({ host: address, port }, () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}

function addressBytes(family: 4 | 6, text: string): Uint8Array {
  if (family === 6) return ipv6Bytes(text);
  const value = ipv4ToNumber(parseIpv4(text));
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
