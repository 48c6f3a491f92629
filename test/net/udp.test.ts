import { afterEach, describe, expect, it } from 'vitest';
import { openUdp4, registerBody, type UdpOptions, type UdpSocket, type UdpTarget } from '../../src/net/udp.ts';
import { ipv4ToNumber, parseIpv4 } from '../../src/wire/address.ts';
import { bytes, text, until } from './support/bench-of-legs.ts';

const LOOPBACK = ipv4ToNumber(parseIpv4('127.0.0.1'));
const LO = 1; // ifindex of lo in every namespace

const open: UdpSocket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

function socket(options: Partial<UdpOptions> = {}): UdpSocket {
  const made = openUdp4({ port: 0, address: LOOPBACK, ...options });
  open.push(made);
  return made;
}

/** A socket that keeps the text of all it gets. */
function listener(options: Partial<UdpOptions> = {}): { socket: UdpSocket; got: string[]; to: UdpTarget } {
  const made = socket(options);
  const got: string[] = [];
  made.onBatch((batch) => {
    for (let i = 0; i < batch.count; i++) got.push(text(batch.bytes(i)));
  });
  return { socket: made, got, to: { ifindex: LO, localAddress: LOOPBACK, peerAddress: LOOPBACK, peerPort: made.port } };
}

describe('a UDP socket on loopback', () => {
  it('tells where a datagram came from and in, and answers there', async () => {
    const server = socket();
    const seen: unknown[] = [];
    server.onBatch((batch) => {
      for (let i = 0; i < batch.count; i++) {
        seen.push([batch.ifindex(i), batch.peerAddress(i), batch.localAddress(i), batch.destinationAddress(i)]);
        const peer = { peerAddress: batch.peerAddress(i), peerPort: batch.peerPort(i) };
        server.send(bytes(`${text(batch.bytes(i))} back`), { ifindex: LO, localAddress: LOOPBACK, ...peer });
      }
      server.flush();
    });
    const client = listener();
    client.socket.send(bytes('there'), { ...client.to, peerPort: server.port });
    client.socket.flush();
    expect(await until(() => client.got.length > 0)).toBe(true);
    expect(client.got).toEqual(['there back']);
    expect(seen).toEqual([[LO, LOOPBACK, LOOPBACK, LOOPBACK]]);
    expect(server.stats).toEqual({ received: 1, sent: 1, dropped: 0, errors: 0, overflowed: 0 });
  });

  it('sends a head and a part of a body, also an empty head and an empty part', async () => {
    const { socket: server, got, to } = listener();
    const body = registerBody(bytes('0123456789'));
    server.sendBody(bytes('head '), body, 0, 10, to);
    server.sendBody(bytes('head '), body, 9, 1, to);
    server.sendBody(bytes(''), body, 4, 3, to);
    server.sendBody(bytes('end'), body, 10, 0, to);
    server.flush();
    expect(await until(() => got.length === 4)).toBe(true);
    expect(got).toEqual(['head 0123456789', 'head 9', '456', 'end']);
    body.release();
    body.release();
  });

  it('sends a body that lies in shared memory', async () => {
    const { socket: server, got, to } = listener();
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    shared.set(bytes('shared!!'));
    const body = registerBody(shared);
    server.sendBody(bytes(''), body, 0, 8, to);
    server.flush();
    expect(await until(() => got.length === 1)).toBe(true);
    expect(got).toEqual(['shared!!']);
    body.release();
  });

  it.each([true, false])('sends a window as datagrams of equal size (segmentation %s)', async (segmentation) => {
    const { socket: server, got, to } = listener({ segmentation });
    const body = registerBody(bytes('0123456789'));
    server.sendWindow(bytes('a:b:c:'), body, 0, 10, 4, to);
    server.sendWindow(bytes('d:e:'), body, 2, 8, 4, to);
    server.sendWindow(bytes('f:'), body, 1, 2, 4, to);
    server.flush();
    expect(await until(() => got.length === 6)).toBe(true);
    expect(got).toEqual(['a:0123', 'b:4567', 'c:89', 'd:2345', 'e:6789', 'f:12']);
    body.release();
  });

  it('sends windows of 64 datagrams without loss or change', async () => {
    const file = Uint8Array.from({ length: 64 * 1000 }, (_, i) => (i * 7) >> 3);
    const body = registerBody(file);
    const { socket: server, got, to } = listener({ receiveBufferBytes: 1 << 20 });
    const heads = Uint8Array.from({ length: 128 }, (_, i) => i >> 1);
    server.sendWindow(heads, body, 0, file.length, 1000, to);
    server.flush();
    expect(await until(() => got.length === 64)).toBe(true);
    const rebuilt = got.map((one) => one.slice(2)).join('');
    expect(Buffer.from(rebuilt, 'latin1').equals(file)).toBe(true);
    expect(got.map((one) => one.charCodeAt(0))).toEqual(Array.from({ length: 64 }, (_, i) => i));
    body.release();
  });

  it('says when a datagram was longer than a slot', async () => {
    const server = socket({ slotBytes: 256 });
    const seen: [number, boolean][] = [];
    server.onBatch((batch) => {
      for (let i = 0; i < batch.count; i++) seen.push([batch.bytes(i).length, batch.truncated(i)]);
    });
    const { socket: client, to } = listener();
    for (const size of [0, 256, 257, 1400]) client.send(new Uint8Array(size), { ...to, peerPort: server.port });
    client.flush();
    expect(await until(() => seen.length === 4)).toBe(true);
    expect(seen).toEqual([
      [0, false],
      [256, false],
      [256, true],
      [256, true],
    ]);
  });

  it('flushes by itself when the ring is full, and delivers all of many', async () => {
    const { socket: server, got, to } = listener({ sendSlots: 16, receiveBufferBytes: 4 << 20 });
    for (let i = 0; i < 3000; i++) server.send(bytes(`number ${i}`), to);
    server.flush();
    expect(await until(() => got.length === 3000)).toBe(true);
    expect(got).toEqual(Array.from({ length: 3000 }, (_, i) => `number ${i}`));
    expect(server.pending).toBe(0);
  });

  it('skips what the kernel refuses, says why, and sends the rest', async () => {
    const { socket: server, got, to } = listener();
    const errors: unknown[] = [];
    server.onSendError((...error) => errors.push(error));
    const body = registerBody(bytes('gone'));
    server.send(bytes('one'), to);
    server.send(bytes('nowhere'), { ...to, ifindex: 987_654 });
    server.send(bytes('not my address'), { ...to, localAddress: ipv4ToNumber(parseIpv4('192.0.2.1')) });
    server.sendBody(bytes('released'), body, 0, 4, to);
    server.send(bytes('two'), to);
    body.release();
    server.flush();
    expect(await until(() => got.length === 2)).toBe(true);
    expect(got).toEqual(['one', 'two']);
    expect(errors).toEqual([
      [987_654, expect.any(Number), expect.stringMatching(/^(ENODEV|ENETUNREACH|EINVAL)$/)],
      [LO, expect.any(Number), expect.stringMatching(/^(EINVAL|ENETUNREACH)$/)],
      [LO, 14, 'EFAULT'],
    ]);
    expect(server.stats).toMatchObject({ sent: 2, errors: 3, dropped: 0 });
  });

  it('refuses ranges outside the body and messages longer than a slot', () => {
    const { socket: server, to } = listener();
    const body = registerBody(new Uint8Array(100));
    const none = new Uint8Array(0);
    for (const [offset, length] of [
      [0, 101],
      [101, 0],
      [-1, 5],
      [5, -1],
      [0.5, 1],
      [Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(() => server.sendBody(none, body, offset, length, to)).toThrow(RangeError);
      expect(() => server.sendWindow(none, body, offset, length, 10, to)).toThrow(RangeError);
    }
    expect(() => server.sendWindow(bytes('abc'), body, 0, 20, 10, to)).toThrow('heads of equal size');
    expect(() => server.sendWindow(none, body, 0, 65, 1, to)).toThrow('1 to 64 segments');
    expect(() => server.sendWindow(none, body, 0, 65, 0, to)).toThrow(RangeError);
    expect(() => server.sendBody(new Uint8Array(65), body, 0, 1, to)).toThrow('at most 64 bytes');
    expect(() => server.send(new Uint8Array(2049), to)).toThrow('at most 2048 bytes');
    expect(server.pending).toBe(0);
    body.release();
  });

  it('counts and drops what is sent after close, and closes twice without complaint', () => {
    const { socket: server, to } = listener();
    server.close();
    server.close();
    server.send(bytes('late'), to);
    server.flush();
    expect(server.stats).toMatchObject({ sent: 0, dropped: 1 });
  });

  it('may be closed inside its own handler', async () => {
    const server = socket();
    let batches = 0;
    server.onBatch(() => {
      batches++;
      server.close();
    });
    const { socket: client, to } = listener();
    for (let i = 0; i < 300; i++) client.send(bytes('x'), { ...to, peerPort: server.port });
    client.flush();
    expect(await until(() => batches > 0)).toBe(true);
    await until(() => batches > 1, 50);
    expect(batches).toBe(1);
  });

  it('does not share its port', () => {
    const { port } = socket();
    expect(() => socket({ port })).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
  });

  it('counts what it could not fetch in time', async () => {
    const { socket: server, got, to } = listener({ receiveBufferBytes: 2304 });
    for (let i = 0; i < 200; i++) server.send(new Uint8Array(1000), to);
    server.flush();
    await until(() => got.length + server.stats.overflowed === 200);
    expect(server.stats.overflowed).toBeGreaterThan(100);
    expect(got.length + server.stats.overflowed).toBe(200);
  });
});
