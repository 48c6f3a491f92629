import { describe, expect, it } from 'vitest';
import { type ImageBootFacts, imageBootFacts, renderFiles, trimmed } from '../../../src/netboot/tree/render.ts';
import type { TrimPlan } from '../../../src/rack/plan.ts';
import { makePlan } from '../../support/plan.ts';
import { imageWith } from '../cost/support.ts';

const image: ImageBootFacts = {
  kernel: 'kernel8.img',
  initramfs: 'initramfs8',
  deviceTrees: 'raspberrypi',
  overlays: false,
  cutDown: { pi3: true, pi4: true },
};
const keep: TrimPlan = { firmware: 'full', initramfs: 'keep', kernel: 'keep' };
const auto: TrimPlan = { ...keep, firmware: 'auto' };

describe('the cut-down firmware', () => {
  const only = (pi3: boolean, pi4: boolean) => ({ ...image, cutDown: { pi3, pi4 } });
  it.each([
    ['3B', only(true, false), auto, true],
    ['3B+', only(true, false), auto, true],
    ['4B', only(true, false), auto, false],
    ['4B', only(false, true), auto, true],
    ['3B', only(false, true), auto, false],
    // Until the board is known, and for one that asks for no start*.elf, it has to be there for all.
    [undefined, only(true, false), auto, false],
    [undefined, only(true, true), auto, true],
    ['5', only(true, false), auto, false],
    ['3B', only(true, true), keep, false],
  ] as const)('of %s', (model, facts, trim, cutDownFirmware) => {
    expect(trimmed(model, facts, trim)).toEqual({ image: facts, cutDownFirmware });
  });
});

describe('the initramfs', () => {
  it('is neither fetched nor named where trim says none', () => {
    const [slot] = makePlan(1).slots;
    if (slot === undefined) throw new Error('expected a slot');
    const files = (trim: TrimPlan) =>
      renderFiles({ model: '4B', ...trimmed('4B', image, trim), slot, nfs: { version: '3' }, rootPath: '/r' });
    expect(files(keep)['config.txt']).toContain('initramfs initramfs8 followkernel\n');
    expect(files(keep)['pxelinux.cfg/default']).toContain('initrd initramfs8\n');
    for (const text of Object.values(files({ ...keep, initramfs: 'none' }))) expect(text).not.toMatch(/initr(d|amfs) /);
  });
});

describe('the facts of an image', () => {
  it('say for which boards there is a cut-down firmware, whole', async () => {
    expect(imageBootFacts(await imageWith()).cutDown).toEqual({ pi3: true, pi4: true });
    const half = await imageWith({ 'fixup_cd.dat': undefined, 'start4cd.elf': undefined });
    expect(imageBootFacts(half).cutDown).toEqual({ pi3: false, pi4: false });
  });
});
