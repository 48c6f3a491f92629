import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/sim/board/random.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { VirtualWire } from '../../src/sim/virtual-wire.ts';

function carried(seed: number, loss: number, frames: number): string {
  const clock = new VirtualClock();
  const wire = new VirtualWire({ clock, loss, random: seededRandom(seed) });
  const [from, to] = [wire.port(), wire.port()];
  let seen = '';
  to.onFrame((frame) => {
    seen += String.fromCharCode(frame[0] as number);
  });
  for (let i = 0; i < frames; i++) from.send(Uint8Array.of(97 + i));
  clock.advance(1);
  return seen;
}

describe('VirtualWire', () => {
  it('brings a frame to every other port after the latency, as it was when it was sent', () => {
    const clock = new VirtualClock();
    const wire = new VirtualWire({ clock, latency: 2 });
    const ports = [wire.port(), wire.port(), wire.port()] as const;
    const seen: string[] = [];
    for (const [i, port] of ports.entries()) {
      port.onFrame((frame, tci) => seen.push(`${i}: ${[...frame]} ${tci} at ${clock.monotonic()}`));
    }
    const frame = Uint8Array.of(1, 2, 3);
    ports[1].send(frame);
    frame.fill(9);
    clock.advance(1.9);
    expect(seen).toEqual([]);
    clock.advance(0.1);
    expect(seen).toEqual(['0: 1,2,3 -1 at 2', '2: 1,2,3 -1 at 2']);
    ports[2].onFrame(undefined);
    ports[1].send(frame);
    clock.advance(2);
    expect(seen).toHaveLength(3);
  });

  it('loses the same frames for the same seed, about as many as it should, and none of the others out of order', () => {
    const first = carried(7, 0.3, 20);
    expect(first).toBe(carried(7, 0.3, 20));
    expect(first).not.toBe(carried(8, 0.3, 20));
    expect([...first].sort().join('')).toBe(first);
    expect(first.length).toBeGreaterThan(8);
    expect(first.length).toBeLessThan(20);
    expect(carried(7, 0, 20)).toHaveLength(20);
    expect(carried(7, 1, 20)).toBe('');
  });

  it('drops what a test tells it to, and counts it', () => {
    const clock = new VirtualClock();
    const wire = new VirtualWire({ clock, drop: (frame) => frame[0] === 2 });
    const [from, to] = [wire.port(), wire.port()];
    const seen: number[] = [];
    to.onFrame((frame) => seen.push(frame[0] as number));
    for (const first of [1, 2, 3]) from.send(Uint8Array.of(first));
    clock.advance(1);
    expect([seen, wire.sent, wire.lost]).toEqual([[1, 3], 3, 1]);
    expect(() => new VirtualWire({ clock, loss: 0.5 })).toThrow(RangeError);
  });

  it('brings a share of the frames twice, and lets some be overtaken, the same ones with the same seed', () => {
    const run = (seed: number) => {
      const clock = new VirtualClock();
      const late = { share: 0.2, by: 5 };
      const wire = new VirtualWire({ clock, duplicates: 0.2, late, random: seededRandom(seed) });
      const [from, to] = [wire.port(), wire.port()];
      const seen: number[] = [];
      to.onFrame((frame) => seen.push(frame[0] as number));
      for (let i = 0; i < 200; i++) {
        from.send(Uint8Array.of(i));
        clock.advance(1);
      }
      clock.advance(10);
      return { seen, duplicated: wire.duplicated, delayed: wire.delayed };
    };
    const { seen, duplicated, delayed } = run(1);
    expect(seen).toHaveLength(200 + duplicated);
    expect(new Set(seen).size).toBe(200);
    for (const count of [duplicated, delayed]) {
      expect(count).toBeGreaterThan(20);
      expect(count).toBeLessThan(60);
    }
    expect(seen.some((value, i) => value < (seen[i - 1] ?? 0))).toBe(true);
    expect(run(1)).toEqual({ seen, duplicated, delayed });
    expect(run(2).seen).not.toEqual(seen);
  });
});
