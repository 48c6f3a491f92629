import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import type { Peer } from './net-snmp.ts';

export interface AgentEndpoint {
  readonly address: string;
  readonly port: number;
  send(bytes: Buffer, to: Peer): void;
  close(): Promise<void>;
}

/** One UDP socket. Port 0 takes any free one. Errors of sending are logged: to the manager they are a lost answer. */
export function bindUdp(
  address: string,
  port: number,
  receive: (bytes: Buffer, from: Peer) => void,
  log: Logger,
): Promise<AgentEndpoint> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, address, () => {
      socket.off('error', reject);
      socket.on('error', (error) => log.warn({ err: error }, 'agent socket error'));
      socket.on('message', receive);
      const bound = socket.address();
      resolve({
        address: bound.address,
        port: bound.port,
        send: (bytes, to) =>
          socket.send(bytes, to.port, to.address, (error) => {
            if (error) log.debug({ err: error }, 'answer not sent');
          }),
        close: () => new Promise((closed) => socket.close(() => closed())),
      });
    });
  });
}
