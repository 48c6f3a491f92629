/** A wire between two ends on loopback that can go dead without either noticing: no reset, no answer. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Wire {
  readonly port: number;
  /** What runs over it now is cut; new connections pass. */
  freeze(): void;
  close(): Promise<void>;
}

export async function startWire(to: number): Promise<Wire> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: to });
    pairs.add([near, far]);
    near.on('error', () => {}).on('data', (bytes) => far.write(bytes));
    far.on('error', () => {}).on('data', (bytes) => near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      for (const pair of pairs) for (const socket of pair) socket.removeAllListeners('data').resume();
    },
    close: () =>
      new Promise((resolve) => {
        for (const pair of pairs) for (const socket of pair) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
