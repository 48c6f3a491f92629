import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TrimPlan } from '../../src/rack/plan.ts';
import { preparePayload } from '../../src/roots/boot-payload.ts';
import { compressedSize } from '../../src/roots/compressed-size.ts';
import type { Image } from '../../src/roots/images.ts';
import { readKernelFacts } from '../../src/roots/kernel-facts.ts';
import { imageWith, KEEP, kernelText } from '../netboot/cost/support.ts';
import { scratchDirectory } from './support/fake-image.ts';

const NFS_ROOT = ['nfsroot=', 'IP-Config: ', 'smsc95xx', 'lan78xx', 'bcmgenet'];

const withKernel = (kernel: Uint8Array) => imageWith({ 'kernel8.img': kernel });

function prepare(image: Image, trim: Partial<TrimPlan>, directory = scratchDirectory()) {
  const plan = { name: 'test', directory: image.directory, trim: { ...KEEP, ...trim } };
  return preparePayload([plan], new Map([['test', image]]), directory);
}

describe('what is known of a kernel', () => {
  it('comes from its text, packed or not', async () => {
    for (const packed of [true, false]) {
      const facts = await readKernelFacts(await withKernel(kernelText('6.1.0-56-arm64', NFS_ROOT.slice(0, 3), packed)));
      expect(facts).toEqual({
        compressed: packed,
        release: '6.1.0-56-arm64',
        builtIn: new Set(['CONFIG_ROOT_NFS', 'CONFIG_IP_PNP_DHCP', 'CONFIG_USB_NET_SMSC95XX']),
        evidence: 'text',
      });
    }
  });

  it('is better known from its configuration, in the boot directory, in the root, or inside the kernel', async () => {
    const config = 'CONFIG_ROOT_NFS=y\n# CONFIG_LAN78XX is not set\nCONFIG_BCMGENET=m\nCONFIG_IP_PNP_DHCP=y\n';
    const expected = { builtIn: new Set(['CONFIG_ROOT_NFS', 'CONFIG_IP_PNP_DHCP']), evidence: 'configuration' };
    const image = await withKernel(kernelText('6.6.31', ['bcmgenet']));
    mkdirSync(join(image.root, 'boot'));
    writeFileSync(join(image.root, 'boot/config-6.6.31'), config);
    expect(await readKernelFacts(image)).toMatchObject(expected);
    const other = await withKernel(kernelText('6.6.31', []));
    writeFileSync(join(other.boot.directory, 'config-6.6.31'), config);
    expect(await readKernelFacts(other)).toMatchObject(expected);
    const embedded = Buffer.concat([
      kernelText('6.6.31', [], false),
      Buffer.from('IKCFG_ST'),
      gzipSync(config),
      Buffer.from('IKCFG_ED'),
    ]);
    expect(await readKernelFacts(await withKernel(embedded))).toMatchObject(expected);
  });

  it('does not come through a link out of the image', async () => {
    const image = await withKernel(kernelText('6.6.31', []));
    const outside = scratchDirectory();
    writeFileSync(join(outside, 'config-6.6.31'), 'CONFIG_ROOT_NFS=y\n');
    symlinkSync(outside, join(image.root, 'boot'));
    expect(await readKernelFacts(image)).toMatchObject({ builtIn: new Set(), evidence: 'text' });
  });

  it('is nothing where it is no kernel that can be looked into', async () => {
    for (const bytes of [Buffer.from('x'.repeat(100)), Buffer.from([0x1f, 0x8b, 1, 2, 3])]) {
      expect(await readKernelFacts(await withKernel(bytes))).toMatchObject({ release: undefined, builtIn: undefined });
    }
  });
});

describe('a kernel to be compressed', () => {
  const raw = kernelText('6.1.0', [], false);

  it('is made once, beside the image, which stays as it was', async () => {
    const image = await withKernel(raw);
    const directory = scratchDirectory();
    const { smaller, troubles } = await prepare(image, { kernel: 'compress' }, directory);
    expect(troubles).toEqual([]);
    const place = smaller.get('test') as string;
    const made = readFileSync(join(place, 'kernel8.img'));
    expect(gunzipSync(made)).toEqual(raw);
    expect(await compressedSize(join(image.boot.directory, 'kernel8.img'))).toBe(made.length);
    expect(readFileSync(join(image.boot.directory, 'kernel8.img'))).toEqual(raw);
    writeFileSync(join(place, 'kernel8.img'), 'found again');
    expect((await prepare(image, { kernel: 'compress' }, directory)).smaller.get('test')).toBe(place);
    expect(readFileSync(join(place, 'kernel8.img'), 'utf8')).toBe('found again');
  });

  it('that is compressed already, or is to be kept, is sent as it is', async () => {
    expect((await prepare(await withKernel(kernelText('6.1.0', [])), { kernel: 'compress' })).smaller.size).toBe(0);
    expect((await prepare(await withKernel(raw), {})).smaller.size).toBe(0);
  });

  it('is thrown away when nobody asks for it any more, with what a crash left half made', async () => {
    const image = await withKernel(raw);
    const directory = scratchDirectory();
    await prepare(image, { kernel: 'compress' }, directory);
    mkdirSync(join(directory, '0123456789abcdef'));
    writeFileSync(join(directory, '0123456789abcdef/kernel8.img.new'), 'half');
    mkdirSync(join(directory, 'not ours'));
    await prepare(image, {}, directory);
    expect(readdirSync(directory)).toEqual(['not ours']);
  });

  it('that cannot be read is told, and nothing is sent in its place', async () => {
    const image = await withKernel(raw);
    const broken = { ...image, boot: { ...image.boot, kernel: 'none.img' } };
    const { smaller, troubles } = await prepare(broken, { kernel: 'compress' });
    expect(smaller.size).toBe(0);
    expect(troubles).toEqual([expect.stringMatching(/^image test is sent as it is: .*none\.img/)]);
  });
});

describe('a boot without initramfs', () => {
  it.each([
    ['a kernel with everything built in', NFS_ROOT, []],
    [
      'a kernel without the driver of the 3B+',
      NFS_ROOT.filter((mark) => mark !== 'lan78xx'),
      [expect.stringMatching(/kernel 6\.1\.0 was built without CONFIG_USB_LAN78XX: boards that need these/)],
    ],
    ['a kernel with modules', [], [expect.stringMatching(/without CONFIG_ROOT_NFS, CONFIG_IP_PNP_DHCP, /)]],
  ])('of %s', async (_title, marks, troubles) => {
    const image = await withKernel(kernelText('6.1.0', marks));
    expect((await prepare(image, { initramfs: 'none' })).troubles).toEqual(troubles);
    expect((await prepare(image, {})).troubles).toEqual([]);
  });

  it('of a kernel that cannot be looked into is believed to work', async () => {
    expect(await prepare(await withKernel(Buffer.from('?')), { initramfs: 'none' })).toEqual({
      smaller: new Map(),
      troubles: [],
    });
  });
});
