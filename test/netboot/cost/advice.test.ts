import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costLines } from '../../../src/cli/image/cost-view.ts';
import { type BootCost, bootCost } from '../../../src/netboot/cost/boot-cost.ts';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import type { TrimPlan } from '../../../src/rack/plan.ts';
import { compressedSize } from '../../../src/roots/compressed-size.ts';
import type { Image } from '../../../src/roots/images.ts';
import { readKernelFacts } from '../../../src/roots/kernel-facts.ts';
import { imageWith, KEEP, kernelText } from './support.ts';

async function cost(image: Image, model: NetbootModel, trim: Partial<TrimPlan> = {}): Promise<BootCost> {
  const kernel = await readKernelFacts(image);
  const path = join(image.boot.directory, image.boot.kernel);
  const compressedKernel = kernel.compressed ? undefined : await compressedSize(path);
  return bootCost(image, model, { ...KEEP, ...trim }, { kernel, compressedKernel });
}

const told = ({ advice }: BootCost, pattern: RegExp) => advice.find(({ text }) => pattern.test(text));

describe('advice', () => {
  it.each(['3B', '3B+', '4B'] as const)('for a %s saves exactly what it says, once it is followed', async (model) => {
    const image = await imageWith({ 'kernel8.img': kernelText('6.1.0', [], false) });
    const before = await cost(image, model);
    const settings = [
      [/cut-down firmware/, { firmware: 'auto' }],
      [/initramfs8/, { initramfs: 'none' }],
      [/not compressed, and the firmware unpacks gzip/, { kernel: 'compress' }],
    ] as const;
    for (const [pattern, trim] of settings) {
      const advice = told(before, pattern);
      const after = await cost(image, model, trim);
      expect(advice?.saves?.bytes, String(pattern)).toBe(before.total.bytes - after.total.bytes);
      expect(advice?.saves?.blocks).toBe(before.total.blocks - after.total.blocks);
      expect(advice?.saves?.ms).toBeCloseTo(before.total.ms - after.total.ms);
      expect(advice?.saves?.ms).toBeGreaterThan(0);
      if (!('initramfs' in trim)) expect(told(after, pattern)).toBeUndefined();
    }
  });

  it('comes with the largest saving first, and what cannot be helped last', async () => {
    const { advice } = await cost(await imageWith(), '3B');
    const savings = advice.map(({ saves }) => saves?.ms ?? -1);
    expect(savings).toEqual([...savings].sort((a, b) => b - a));
    expect(advice.at(-1)?.how).toBeUndefined();
  });

  it('names the setting only where the kernel can do without an initramfs, or nobody knows', async () => {
    const about = async (kernel: Uint8Array, model: NetbootModel) =>
      told(await cost(await imageWith({ 'kernel8.img': kernel }), model), /initramfs8/);
    const marks = ['nfsroot=', 'IP-Config: ', 'bcmgenet'];
    expect(await about(kernelText('6.1.0', marks), '4B')).toMatchObject({ how: 'trim: {initramfs: none}' });
    const lacking = await about(kernelText('6.1.0', marks), '3B');
    expect(lacking).toMatchObject({ how: undefined });
    expect(lacking?.text).toContain('built without CONFIG_USB_NET_SMSC95XX');
    const without = await cost(await imageWith({ 'kernel8.img': kernelText('6.1.0', marks) }), '3B', {
      initramfs: 'none',
    });
    expect(told(without, /will not mount its root without initramfs8/)).toMatchObject({
      how: 'trim: {initramfs: keep}',
    });
    expect((await about(Buffer.from('?'), '3B'))?.text).toContain('but only if the kernel was built with');
  });

  it('counts firmware that the image lacks by the size of Debian’s', async () => {
    const image = await imageWith({ 'start_cd.elf': undefined, 'start.elf': 2_973_536 });
    const advice = told(await cost(image, '3B', { firmware: 'auto' }), /cut-down firmware/);
    expect(advice?.how).toBe("put start_cd.elf and fixup_cd.dat of Debian's raspi-firmware into the image");
    expect(advice?.saves?.bytes).toBe(2_973_536 + 7262 - 803_964 - 3170 - 'gpu_mem=16\n'.length * 4);
  });

  it('says so when an initramfs is not compressed', async () => {
    const image = await imageWith({ initramfs8: Buffer.from(`070701${'0'.repeat(5000)}`) });
    expect(told(await cost(image, '4B'), /initramfs8 is not compressed/)).toBeDefined();
    expect(told(await cost(await imageWith(), '4B'), /initramfs8 is not compressed/)).toBeUndefined();
  });

  it('is not given to a board that would not boot; what it lacks is told instead', async () => {
    const result = await cost(await imageWith({ 'bcm2710-rpi-3-b.dtb': undefined }), '3B');
    expect(result.advice).toEqual([]);
    expect(costLines(result, false)[1]).toBe('  does not boot: bcm2710-rpi-3-b.dtb is missing');
  });
});

describe('the view', () => {
  it('has a line a stage, their sum, the dearest files or all, and advice', async () => {
    const result = await cost(await imageWith(), '3B');
    const lines = costLines(result, false);
    expect(lines[0]).toMatch(
      /^Raspberry Pi 3 Model B \(3B\): \d\.\d\d s of TFTP, \d+ bytes in \d+ blocks, 29 requests$/,
    );
    expect(lines.filter((line) => / sent /.test(line))).toHaveLength(4);
    expect(lines.some((line) => line.startsWith('  advice: saves '))).toBe(true);
    expect(costLines(result, true).filter((line) => / (sent|probed|missing) +\d/.test(line))).toHaveLength(29);
  });
});
