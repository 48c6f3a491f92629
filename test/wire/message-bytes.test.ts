import { describe, expect, it } from 'vitest';
import { copyMessage, messageBytes, Writer } from '../../src/wire/cursor.ts';

describe('bytes for messages', () => {
  it('are zeroed, and nobody else’s, however many are taken', () => {
    const taken = Array.from({ length: 500 }, (_, i) => messageBytes(300 + (i % 7)).fill(i & 255));
    expect(taken.every((bytes, i) => bytes.every((byte) => byte === (i & 255)))).toBe(true);
    expect(messageBytes(4000).every((byte) => byte === 0)).toBe(true);
  });

  it('may be longer than what they are cut from', () => {
    expect(messageBytes(100_000).length).toBe(100_000);
  });

  it('a copy stays what it was when the buffer is used again', () => {
    const arena = Uint8Array.of(1, 2, 3);
    const copy = copyMessage(arena);
    arena.fill(9);
    expect([...copy]).toEqual([1, 2, 3]);
  });

  it('a writer that grows leaves those beside it alone', () => {
    const first = new Writer(8).u32(1);
    const second = new Writer(8).u32(2);
    first.zeros(5000).u8(7);
    expect([...second.done()]).toEqual([0, 0, 0, 2]);
    expect(first.done()[3]).toBe(1);
    expect(first.done().at(-1)).toBe(7);
  });
});
