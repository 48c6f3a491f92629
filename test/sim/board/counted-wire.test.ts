import { describe, expect, it } from 'vitest';
import { countedWire } from '../../../src/sim/board/counted-wire.ts';
import type { FrameHandler } from '../../../src/sim/board/wire.ts';

describe('a wire that counts', () => {
  it('counts as the switch port does, with padding and FCS, and passes frames on', () => {
    const sent: number[] = [];
    let deliver: FrameHandler | undefined;
    const wire = countedWire({
      send: (frame) => void sent.push(frame.length),
      onFrame: (handler) => {
        deliver = handler;
      },
    });
    const heard: number[] = [];
    wire.onFrame((frame, tci) => void heard.push(frame.length, tci));
    wire.send(new Uint8Array(42));
    wire.send(new Uint8Array(1_514));
    deliver?.(new Uint8Array(100), 5);
    expect([sent, heard]).toEqual([
      [42, 1_514],
      [100, 5],
    ]);
    expect(wire.traffic()).toEqual({ in: 64 + 1_518, inPackets: 2, out: 104, outPackets: 1 });
    wire.onFrame(undefined);
    expect(deliver).toBeUndefined();
  });
});
