import { describe, expect, it } from 'vitest';
import { DISK_FILES } from '../../../src/netboot/cost/disk-files.ts';
import { costByStage, costOfAll, type Prediction, predictBoot } from '../../../src/netboot/cost/predict.ts';
import { imageBootFacts, renderConfigTxt, trimmed } from '../../../src/netboot/tree/render.ts';
import type { BootTree } from '../../../src/netboot/tree/types.ts';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { preparePayload } from '../../../src/roots/boot-payload.ts';
import type { Image } from '../../../src/roots/images.ts';
import { scratchDirectory } from '../../roots/support/fake-image.ts';
import { CMDLINE } from '../../sim/board/support/rig.ts';
import { boot, imageWith, KEEP, kernelText } from './support.ts';

const MODELS: readonly NetbootModel[] = ['3B', '3B+', '4B'];

async function treeOf(image: Image, model: NetbootModel, trim = KEEP): Promise<BootTree> {
  const plan = { name: 'test', directory: image.directory, trim };
  const { smaller } = await preparePayload([plan], new Map([['test', image]]), scratchDirectory());
  const made = smaller.get('test');
  return {
    slot: slotNumber(1),
    assigned: true,
    imageBoot: image.boot.directory,
    firstStage: image.boot.directory,
    rendered: {
      'config.txt': renderConfigTxt({ model, ...trimmed(model, imageBootFacts(image), trim) }),
      'cmdline.txt': `${CMDLINE}\n`,
    },
    ...(made === undefined ? {} : { smaller: made }),
  };
}

const asked = ({ requests }: Prediction) =>
  requests.map(({ how, name, outcome, size }) => `${how} ${name} ${outcome} ${size}`);

const CASES = [
  ['as the image has it', KEEP, {}],
  ['with the cut-down firmware', { ...KEEP, firmware: 'auto' }, {}],
  ['without the initramfs', { ...KEEP, initramfs: 'none' }, {}],
  ['with a compressed kernel', { ...KEEP, kernel: 'compress' }, { 'kernel8.img': kernelText('6.1.0', [], false) }],
  [
    'with overlays and device trees of Raspberry Pi',
    KEEP,
    { 'overlays/disable-bt.dtbo': 1100, 'overlays/overlay_map.dtb': 1536 },
  ],
  [
    'with device trees of upstream',
    KEEP,
    { 'bcm2837-rpi-3-b.dtb': 14_000, 'bcm2837-rpi-3-b-plus.dtb': 14_001, 'bcm2711-rpi-4-b.dtb': 27_001 },
  ],
] as const;

describe.each(MODELS)('what a %s will fetch', (model) => {
  it.each(CASES)('is what the virtual board fetches, %s', async (_title, trim, changes) => {
    const tree = await treeOf(await imageWith(changes), model, trim);
    const prediction = await predictBoot(model, tree, DISK_FILES);
    const fetched = boot(model, tree);
    expect(fetched.stage).toBe('os-up');
    expect(prediction.stopped).toBeUndefined();
    expect(asked(prediction)).toEqual(fetched.requests);
    const { bytes, blocks, requests } = costOfAll(prediction.requests);
    expect({ bytes, blocks }).toEqual({ bytes: fetched.bytes, blocks: fetched.blocks });
    const stages = costByStage(prediction.requests);
    expect(stages.map(({ blksize }) => blksize)).toEqual(model === '4B' ? [1468, 1024] : [512, 512, 512]);
    expect(stages.reduce((sum, stage) => sum + stage.requests, 0)).toBe(requests);
  });

  it('ends where the virtual board stands still, when its device tree is missing', async () => {
    const own = { '3B': 'bcm2710-rpi-3-b.dtb', '3B+': 'bcm2710-rpi-3-b-plus.dtb', '4B': 'bcm2711-rpi-4-b.dtb' };
    const tree = await treeOf(await imageWith(), model);
    const without = { ...tree, imageBoot: (await imageWith(gone(own[model]))).boot.directory };
    const prediction = await predictBoot(model, without, DISK_FILES);
    const fetched = boot(model, without);
    expect(fetched.stage).toBe('hung');
    expect(prediction.stopped).toBe(`${own[model]} is missing`);
    expect(asked(prediction)).toEqual(fetched.requests);
  });
});

describe('a trimmed boot', () => {
  it.each(MODELS)('of a %s fetches fewer bytes and blocks, each setting for itself and all together', async (model) => {
    const image = await imageWith({ 'kernel8.img': kernelText('6.1.0', [], false) });
    const measure = async (trim: typeof KEEP) => boot(model, await treeOf(image, model, trim));
    const before = await measure(KEEP);
    for (const trim of [
      { ...KEEP, firmware: 'auto' },
      { ...KEEP, initramfs: 'none' },
      { ...KEEP, kernel: 'compress' },
    ] as const) {
      const after = await measure(trim);
      expect(after.stage).toBe('os-up');
      expect(after.bytes, JSON.stringify(trim)).toBeLessThan(before.bytes);
      expect(after.blocks, JSON.stringify(trim)).toBeLessThan(before.blocks);
    }
    const all = await measure({ firmware: 'auto', initramfs: 'none', kernel: 'compress' });
    expect(all.stage).toBe('os-up');
    // Three probes and the file itself are not asked for any more.
    expect(all.requests.length).toBe(before.requests.length - 4);
    expect(all.bytes).toBeLessThan(before.bytes / 1.4);
  });
});

describe('a file with more blocks than there are numbers', () => {
  it('stops a Pi 3 and not a Pi 4', async () => {
    const tree = await treeOf(await imageWith({ 'kernel8.img': 65_535 * 512 }), '3B');
    const prediction = await predictBoot('3B', tree, DISK_FILES);
    expect(prediction.stopped).toBe('kernel8.img has 33553920 bytes, and no more than 33553919 can be sent');
    expect((await predictBoot('4B', tree, DISK_FILES)).stopped).toBeUndefined();
  });

  it('is one byte more than the largest that a Pi 3 takes', async () => {
    const tree = await treeOf(await imageWith({ 'kernel8.img': 65_535 * 512 - 1 }), '3B');
    const { stopped, requests } = await predictBoot('3B', tree, DISK_FILES);
    expect(stopped).toBeUndefined();
    expect(requests.at(-1)).toMatchObject({ name: 'kernel8.img', blocks: 65_535 });
  });
});

function gone(name: string) {
  return { [name]: undefined };
}
