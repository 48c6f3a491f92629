import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Native, native } from '../../src/net/native.ts';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

// Every function of the add-on, called wrongly: the answer is an error of JavaScript, never a crash or a half-made socket.
type Call = readonly [name: keyof Native, ...args: unknown[]];

const callback = () => {};
const TYPE = 'ERR_INVALID_ARG_TYPE';
const RANGE = 'ERR_OUT_OF_RANGE';
const detached = (): Uint8Array => {
  const bytes = new Uint8Array(16);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};

/** Its ArrayBuffer shrinks before it is looked at. */
const resizing = (): Uint8Array => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
  const bytes = new Uint8Array(buffer, 8, 6);
  buffer.resize(4);
  return bytes;
};

const BAD: readonly (readonly [string, Call])[] = [
  ...(['openUdp4', 'openUdp6', 'openIcmp6', 'openPacket'] as const).flatMap((name): [string, Call][] => [
    [TYPE, [name]],
    [TYPE, [name, null, callback]],
    [TYPE, [name, 7, callback]],
    [TYPE, [name, { netns: 5 }, callback]],
    [RANGE, [name, { netns: '' }, callback]],
    [RANGE, [name, { netns: 'x'.repeat(5000) }, callback]],
    [RANGE, [name, { netns: '/run\0/netns' }, callback]],
    [RANGE, [name, { receiveSlots: 0 }, callback]],
    [RANGE, [name, { receiveSlots: 129 }, callback]],
    [RANGE, [name, { sendSlots: 2 ** 40 }, callback]],
    [RANGE, [name, { sendSlots: -1 }, callback]],
    [RANGE, [name, { slotBytes: 65537 }, callback]],
    [RANGE, [name, { slotBytes: 1.5 }, callback]],
    [RANGE, [name, { slotBytes: Number.NaN }, callback]],
    [RANGE, [name, { receiveBufferBytes: Number.POSITIVE_INFINITY }, callback]],
    [TYPE, [name, { receiveBufferBytes: '5' }, callback]],
    [TYPE, [name, {}, 'callback']],
    [TYPE, [name, {}]],
  ]),
  [RANGE, ['openUdp4', { port: 65536 }, callback]],
  [RANGE, ['openUdp4', { port: -1 }, callback]],
  [TYPE, ['openUdp4', { port: 10n }, callback]],
  [TYPE, ['openUdp4', { port: Symbol('x') }, callback]],
  [TYPE, ['openUdp4', { address: '127.0.0.1' }, callback]],
  [RANGE, ['openUdp4', { address: new Uint8Array(3) }, callback]],
  [RANGE, ['openUdp4', { address: new Uint8Array(5) }, callback]],
  [TYPE, ['openUdp4', { address: new Uint16Array(4) }, callback]],
  [TYPE, ['openUdp4', { broadcast: 1 }, callback]],
  [RANGE, ['openUdp6', { address: new Uint8Array(4) }, callback]],
  [TYPE, ['openIcmp6', { types: [133] }, callback]],
  [RANGE, ['openIcmp6', { types: new Uint8Array(257) }, callback]],
  [RANGE, ['openPacket', { ifname: 'sixteen-letters-' }, callback]],
  [TYPE, ['openPacket', { ifname: 5 }, callback]],
  [TYPE, ['openPacket', { ifname: 'lo', promiscuous: 'yes' }, callback]],
  ...(['flush', 'close', 'setRef', 'membership6', 'drops'] as const).flatMap((name): [string, Call][] => [
    [TYPE, [name]],
    [TYPE, [name, {}]],
    [TYPE, [name, null]],
    [RANGE, [name, 0]],
    [RANGE, [name, -1]],
    [RANGE, [name, 1e300]],
    [RANGE, [name, 2 ** 32]],
    [RANGE, [name, 4294967295, 0, new Uint8Array(16), true]],
  ]),
  [TYPE, ['registerBody']],
  [TYPE, ['registerBody', 'text']],
  [TYPE, ['registerBody', new ArrayBuffer(8)]],
  [TYPE, ['registerBody', new Float64Array(8)]],
  [TYPE, ['registerBody', new DataView(new ArrayBuffer(8))]],
  [TYPE, ['releaseBody']],
  [RANGE, ['releaseBody', 0]],
  [RANGE, ['releaseBody', 4294967295]],
  [TYPE, ['openDescriptor']],
  [RANGE, ['openDescriptor', { family: 5.5 }]],
  [RANGE, ['openDescriptor', { family: 7 }]],
  [RANGE, ['openDescriptor', { family: 4, port: 70000 }]],
  [RANGE, ['openDescriptor', { family: 4, address: new Uint8Array(16) }]],
  [RANGE, ['openDescriptor', { family: 6, address: new Uint8Array(4) }]],
  [TYPE, ['openDescriptor', { family: 4, bind: 'yes' }]],
  ['ENOENT', ['openDescriptor', { family: 4, netns: '/no/such/netns' }]],
  ['EADDRNOTAVAIL', ['openDescriptor', { family: 4, bind: true, address: Uint8Array.of(192, 0, 2, 1) }]],
  [TYPE, ['interfaces']],
  [TYPE, ['interfaces', { netns: {} }]],
  ['ENOENT', ['interfaces', { netns: '/no/such/netns' }]],
  ...(['arpSet', 'arpGet', 'arpDelete'] as const).flatMap((name): [string, Call][] => [
    [TYPE, [name]],
    [TYPE, [name, {}]],
    [TYPE, [name, { ifname: {}, address: 1, mac: new Uint8Array(6) }]],
    [RANGE, [name, { ifname: 'x'.repeat(16), address: 1, mac: new Uint8Array(6) }]],
    [RANGE, [name, { ifname: 'lo', address: 2 ** 32, mac: new Uint8Array(6) }]],
    [TYPE, [name, { ifname: 'lo', address: '10.0.0.1', mac: new Uint8Array(6) }]],
  ]),
  [RANGE, ['arpSet', { ifname: 'lo', address: 1, mac: new Uint8Array(7) }]],
  [RANGE, ['arpSet', { ifname: 'lo', address: 1, mac: new Uint8Array(5) }]],
  [RANGE, ['arpSet', { ifname: 'lo', address: 1, mac: detached() }]],
  [RANGE, ['arpSet', { ifname: 'lo', address: 1, mac: resizing() }]],
  [TYPE, ['arpSet', { ifname: 'lo', address: 1 }]],
];

const call = ([name, ...args]: Call): unknown => (native()[name] as (...args: unknown[]) => unknown)(...args);

describe('the add-on called wrongly', () => {
  it.each(BAD.map(([code, wrong]) => [code, inspect(wrong, { breakLength: Infinity }).slice(0, 100), wrong] as const))(
    'throws %s for %s',
    (code, _text, wrong) => {
      expect(() => call(wrong)).toThrow(expect.objectContaining({ code }));
    },
  );

  it('passes on what a getter of the options throws', () => {
    const options = {
      get port(): number {
        throw new Error('from the getter');
      },
    };
    expect(() => native().openUdp4(options, callback)).toThrow('from the getter');
  });

  it('names system call, error and detail of what the kernel refuses', () => {
    const held = native().openUdp4({ port: 0, address: Uint8Array.of(127, 0, 0, 1) }, callback);
    const again = () => native().openUdp4({ port: held.port, address: Uint8Array.of(127, 0, 0, 1) }, callback);
    expect(again).toThrow(expect.objectContaining({ code: 'EADDRINUSE', syscall: 'bind', errno: -98 }));
    expect(again).toThrow(`bind port ${held.port}: EADDRINUSE`);
    native().close(held.id);
  });
});

describe('a socket called wrongly', () => {
  let id = 0;
  beforeAll(() => {
    const options = { port: 0, address: Uint8Array.of(127, 0, 0, 1), sendSlots: 8 };
    id = native().openUdp4(options, callback).id;
  });
  afterAll(() => native().close(id));

  it.each<readonly [string, keyof Native, unknown[]]>([
    [TYPE, 'flush', []],
    [TYPE, 'flush', ['1']],
    [RANGE, 'flush', [9]],
    [RANGE, 'flush', [-1]],
    [RANGE, 'flush', [1.5]],
    [RANGE, 'flush', [2 ** 33]],
    [TYPE, 'setRef', []],
    [TYPE, 'setRef', [1]],
    [RANGE, 'membership6', [0, new Uint8Array(16), true]],
    [RANGE, 'membership6', [1, new Uint8Array(15), true]],
    [RANGE, 'membership6', [1, detached(), true]],
    [TYPE, 'membership6', [1, 'ff02::2', true]],
    [TYPE, 'membership6', [1, new Uint8Array(16)]],
  ])('throws %s for %s(socket, %j)', (code, name, args) => {
    expect(() => call([name, id, ...args])).toThrow(expect.objectContaining({ code }));
  });

  it('is unknown once closed', () => {
    const other = native().openUdp4({ port: 0, address: Uint8Array.of(127, 0, 0, 1) }, callback).id;
    native().close(other);
    for (const name of ['flush', 'close', 'setRef', 'drops'] as const) {
      expect(() => call([name, other, 0])).toThrow('closed');
    }
  });

  it('closes itself when its buffer was detached', () => {
    const other = native().openUdp4({ port: 0, address: Uint8Array.of(127, 0, 0, 1) }, callback);
    structuredClone(other.arena, { transfer: [other.arena] });
    expect(() => native().flush(other.id, 1)).toThrow('detached');
    expect(() => native().close(other.id)).toThrow('closed');
  });
});

describeWith(SEALED)('the add-on called with anything', () => {
  it('throws or works, and does not crash', async () => {
    const seen = await sealed<
      Record<'calls' | 'thrown' | 'rejected' | 'records' | 'sent', number> & { strange: string[] }
    >('random-calls.ts');
    expect(seen.strange).toEqual([]);
    expect(seen.calls).toBeGreaterThan(3000);
    expect(seen.thrown).toBeGreaterThan(1000);
    expect(seen.calls - seen.thrown).toBeGreaterThan(300);
    expect(seen.rejected).toBeGreaterThan(20);
    expect(seen.records).toBeGreaterThan(4000);
    expect(seen.sent).toBeGreaterThan(100);
    expect(seen.sent).toBeLessThan(seen.records);
  });
});
