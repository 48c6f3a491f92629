import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that is free when this resolves; nobody else there is in a hurry to take it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
