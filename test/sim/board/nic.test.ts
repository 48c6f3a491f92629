import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import type { BoardStage } from '../../../src/sim/board/status.ts';
import { bootTree, content, rig } from './support/rig.ts';

/** Every frame of a boot, to be mangled: random bytes alone get past few checks. */
function recorded(model: NetbootModel, files: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const { board, until } = rig({
    model,
    files,
    wire: {
      drop: (frame) => {
        frames.push(frame.slice());
        return false;
      },
    },
  });
  board.powerOn();
  until('os-up');
  return frames;
}

describe('any frame', () => {
  it.each<[NetbootModel, BoardStage]>([
    ['3B', 'rom-dhcp'],
    ['3B', 'firmware-tftp'],
    ['4B', 'rom-dhcp'],
    ['4B', 'bootcode-tftp'],
    ['3B+', 'kernel-dhcp'],
  ])('leaves a %s in %s alive', (model, stage) => {
    const files = bootTree(model, 1, { 'kernel8.img': content(3000) });
    const frames = recorded(model, files).slice(0, 60);
    const mangled = fc
      .tuple(fc.nat(frames.length - 1), fc.nat(200), fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.boolean())
      .map(([index, at, bytes, cut]) => {
        const frame = (frames[index] as Uint8Array).slice();
        for (const [i, byte] of bytes.entries()) if (at + i < frame.length) frame[at + i] = byte;
        return cut ? frame.subarray(0, at) : frame;
      });
    fc.assert(
      fc.property(fc.array(fc.oneof(mangled, fc.uint8Array({ maxLength: 80 })), { maxLength: 20 }), (list) => {
        const { board, clock, until, toBoard } = rig({ model, files });
        board.powerOn();
        until(stage);
        for (const frame of list) toBoard(frame);
        clock.advance(2000);
        expect(board.status().powered).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
