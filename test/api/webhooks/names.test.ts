import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameResolver } from '../../../src/api/webhooks/names.ts';

const [A, AAAA] = [1, 28];
const ADDRESSES: Readonly<Record<number, Buffer>> = {
  [A]: Buffer.from([192, 0, 2, 1]),
  [AAAA]: Buffer.from('20010db8000000000000000000000001', 'hex'),
};

let server: Socket;
let asked: string[];

/** Answers what is asked of names under `both` and `four`, says nothing to those under `slow`, and knows no others. */
beforeEach(async () => {
  asked = [];
  server = createSocket('udp4', (query, from) => {
    // The question (RFC 1035 §4.1.2): labels, an empty one, type and class.
    const end = query.indexOf(0, 12);
    const [name, type] = [query.toString('latin1', 13, end), query.readUInt16BE(end + 1)];
    asked.push(name);
    if (name.endsWith('slow')) return;
    const known = name.endsWith('both') || (name.endsWith('four') && type === A);
    const data = known ? ADDRESSES[type] : undefined;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(name.endsWith('none') ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(data === undefined ? 0 : 1, 6);
    const answer = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data?.length ?? 0]);
    const parts = [head, query.subarray(12, end + 5), ...(data === undefined ? [] : [answer, data])];
    server.send(Buffer.concat(parts), from.port, from.address);
  });
  await new Promise<void>((done) => server.bind(0, '127.0.0.1', done));
});
afterEach(() => server.close());

const resolver = () => nameResolver([`127.0.0.1:${server.address().port}`]);

describe('names of webhooks', () => {
  it('have the addresses of both families, or of one, or none', async () => {
    const resolve = resolver();
    expect(await resolve('a.both')).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(await resolve('a.four')).toEqual(['192.0.2.1']);
    expect(await resolve('a.none')).toEqual([]);
    expect(await resolve('a..b')).toEqual([]);
  });

  it('whose servers say nothing hold up no others', async () => {
    const resolve = resolver();
    const ended: string[] = [];
    const slow = Array.from({ length: 100 }, (_, n) => resolve(`n${n}.slow`).then(() => ended.push('slow')));
    await expect.poll(() => asked.filter((name) => name.endsWith('slow')).length).toBeGreaterThanOrEqual(100);
    expect(await resolve('a.both').then((found) => [...ended, found.length])).toEqual([2]);
    expect(slow).toHaveLength(100);
  });
});
