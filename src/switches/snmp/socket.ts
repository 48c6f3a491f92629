import type { RemoteInfo, Socket, SocketType } from 'node:dgram';
import { createSocket } from 'node:dgram';
import { SocketAddress } from 'node:net';
import type { Logger } from 'pino';

export interface SocketCounts {
  /** Datagrams that came from somewhere else than the switch, and were dropped. */
  foreign: number;
  /** Datagrams that were no SNMP message, or one that the library choked on. */
  malformed: number;
}

type MessageListener = (bytes: Buffer, from: RemoteInfo) => void;

/**
 * Sockets for net-snmp, which takes answers from anyone and can throw out of its message handler: only datagrams from
 * the switch's own address and port reach it, and nothing it throws gets away.
 */
export function guardedSockets(address: string, port: number, counts: SocketCounts, log: Logger) {
  const expected = canonical(address);
  const guard = (listener: MessageListener): MessageListener => {
    return (bytes, from) => {
      if (from.port !== port || (from.address !== expected && canonical(from.address) !== expected)) {
        counts.foreign += 1;
        return;
      }
      try {
        listener(bytes, from);
      } catch (error) {
        counts.malformed += 1;
        log.debug({ reason: (error as Error).message }, 'SNMP datagram dropped: the library threw');
      }
    };
  };
  return {
    createSocket(type: SocketType): Socket {
      const socket = createSocket(type);
      const on = socket.on.bind(socket) as (event: string, listener: (...args: never[]) => void) => Socket;
      socket.on = ((event: string, listener: (...args: never[]) => void) =>
        on(event, event === 'message' ? guard(listener as unknown as MessageListener) : listener)) as Socket['on'];
      socket.on('error', (error: Error) => log.warn({ err: error }, 'SNMP socket error'));
      return socket;
    },
  };
}

/** One spelling per address; an IPv6 zone is kept, because the kernel reports it too. */
function canonical(address: string): string {
  const [bare, zone] = address.split('%');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const text = new SocketAddress({ address: bare!, family }).address;
  return zone === undefined ? text : `${text}%${zone}`;
}
