import { connect, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectionsIn, nfsClientsIn, parseProcNetTcp, readTcpLines } from '../../src/roots/connections.ts';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const TAIL = '00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 20 4 30 10 -1\n';
const TCP =
  `${HEADER}   0: 0100007F:0801 0100007F:9C40 01 ${TAIL}` +
  `   1: 0500140A:0801 0600140A:03E7 06 ${TAIL}   2: 00000000:0801 00000000:0000 0A ${TAIL}` +
  `   3: 0500140A:0016 0600140A:03E8 01 ${TAIL}not a line\n`;
const TCP6 =
  `${HEADER}   0: 0000000000000000FFFF00000500140A:0801 0000000000000000FFFF00000600140A:03E7 01 ${TAIL}` +
  `   1: 0000000000000000FFFF00000500140A:0801 0000000000000000FFFF00000600140A:02BC 01 ${TAIL}` +
  `   2: 000020FD000000000000000001000000:0801 000020FD000000000000000002000000:03E7 01 ${TAIL}`;

describe('parseProcNetTcp', () => {
  test('established connections to NFS only, IPv4 also where the socket is IPv6', () => {
    const lines = [...parseProcNetTcp(TCP, false), ...parseProcNetTcp(TCP6, false)];
    expect(lines).toHaveLength(7);
    expect(Object.fromEntries(nfsClientsIn(lines))).toEqual({ '127.0.0.1': [40000], '10.20.0.6': [999, 700] });
    expect(Object.fromEntries(nfsClientsIn(lines, 22))).toEqual({ '10.20.0.6': [1000] });
  });

  test('what a peer holds: begun and half closed connections too, none that are over, and those to the mount service', () => {
    const begun = `   4: 0500140A:4E50 0600140A:03E9 03 ${TAIL}   5: 0500140A:0801 0600140A:03EA 08 ${TAIL}`;
    const lines = [...parseProcNetTcp(TCP + begun, false), ...parseProcNetTcp(TCP6, false)];
    expect(Object.fromEntries(connectionsIn(lines))).toEqual({ '127.0.0.1': 1, '10.20.0.6': 4 });
  });

  test('on a big-endian machine the words are the other way round', () => {
    const line = `   0: 7F000001:0801 0A140006:03E7 01 ${TAIL}`;
    expect(parseProcNetTcp(line, true)).toEqual([
      { localPort: 2049, peer: '10.20.0.6', peerPort: 999, state: 'established' },
    ]);
  });

  test('any text is survived', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseProcNetTcp(text, false))));
  });
});

test('a connection of this machine is seen, and is gone when it closes', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const accepted = new Promise<import('node:net').Socket>((resolve) => server.once('connection', resolve));
  const socket = connect(port, '127.0.0.1');
  const other = await accepted;
  const seen = nfsClientsIn(await readTcpLines(), port);
  expect([...seen]).toEqual([['127.0.0.1', [socket.localPort]]]);
  expect((await readTcpLines()).some((line) => line.localPort === port && line.state === 'listen')).toBe(true);
  await new Promise((resolve) => {
    socket.once('close', resolve);
    socket.destroy();
    other.destroy();
  });
  expect(nfsClientsIn(await readTcpLines(), port).size).toBe(0);
});
