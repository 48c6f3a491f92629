import { describe, expect, it } from 'vitest';
import {
  bootRequests,
  isExpectedMissing,
  type NetbootModel,
  requiredNames,
  STAGE_OPTIONS,
  splitPrefix,
  unassignedRequests,
} from '../../src/pi/tftp-names.ts';

const MODELS: NetbootModel[] = ['3B', '3B+', '4B'];
const lines = (requests: ReturnType<typeof bootRequests>) =>
  requests.map((request) => `${request.how === 'probe' ? '?' : ''}${request.prefixed ? '~/' : ''}${request.name}`);

describe('bootRequests', () => {
  it('of a 64-bit 3B+ follows the log of a real one', () => {
    const tree = { initramfs: 'initramfs8', overlays: ['vc4-kms-v3d'] };
    expect(lines(bootRequests('3B+', tree))).toEqual(
      `bootsig.bin bootcode.bin
       ?~/start.elf ~/autoboot.txt ?~/start.elf ~/config.txt ~/recovery.elf ~/start.elf ~/fixup.dat
       ~/recovery.elf ?~/config.txt ~/config.txt ~/dt-blob.bin ~/recovery.elf ~/config.txt ~/bootcfg.txt ~/recovery8.img
       ?~/kernel8.img ?~/kernel8.img ?~/initramfs8 ?~/initramfs8 ?~/initramfs8 ~/initramfs8
       ~/bcm2710-rpi-3-b-plus.dtb ~/overlays/overlay_map.dtb ~/config.txt ~/overlays/vc4-kms-v3d.dtbo
       ~/cmdline.txt ~/armstub8.bin ~/kernel8.img`.split(/\s+/),
    );
  });

  it('of a 4B follows the log of a real one', () => {
    expect(lines(bootRequests('4B'))).toEqual(
      `?~/start4.elf ~/config.txt ~/pieeprom.sig ~/recover4.elf ~/recovery.elf ~/start4.elf ~/fixup4.dat
       ~/recovery.elf ?~/config.txt ~/config.txt ~/dt-blob.bin ~/recovery.elf ~/config.txt ~/bootcfg.txt
       ~/bcm2711-rpi-4-b.dtb ~/overlays/overlay_map.dtb ~/config.txt ~/cmdline.txt ~/recovery8.img ~/kernel8.img
       ~/armstub8-gic.bin`.split(/\s+/),
    );
  });

  it('of a 32-bit 3B looks for every recovery image, then kernel7', () => {
    const names = lines(bootRequests('3B', { bits: 32 }));
    const from = names.indexOf('~/recovery8.img');
    expect(names.slice(from, from + 5)).toEqual(
      '~/recovery8.img ~/recovery8-32.img ~/recovery7.img ~/recovery.img ~/kernel8-32.img'.split(' '),
    );
    expect(names.slice(-2)).toEqual(['~/armstub8-32.bin', '~/kernel7.img']);
  });

  it.each(MODELS)('%s ends after one whole kernel, and all that must be there comes after the first stage', (model) => {
    const requests = bootRequests(model);
    expect(requests.filter((request) => request.how === 'get' && request.name === 'kernel8.img')).toHaveLength(1);
    for (const request of requests) expect(request.prefixed, request.name).toBe(request.stage !== 'rom');
  });

  it.each(MODELS)('%s: what is marked missing is expected missing, and what is required is not', (model) => {
    for (const bits of [32, 64] as const) {
      for (const request of bootRequests(model, { bits, initramfs: 'initrd.img' })) {
        if (request.presence === 'missing') expect(isExpectedMissing(request.name), request.name).toBe(true);
        if (request.presence === 'required') expect(isExpectedMissing(request.name), request.name).toBe(false);
      }
    }
  });

  it('takes names from config.txt', () => {
    const tree = { kernel: 'vmlinuz', deviceTree: 'bcm2837-rpi-3-b.dtb', initramfs: 'initrd.img', cutDown: true };
    expect(requiredNames('3B', tree)).toEqual([
      'bootcode.bin',
      'start.elf',
      'config.txt',
      'start_cd.elf',
      'fixup_cd.dat',
      'vmlinuz',
      'initrd.img',
      'bcm2837-rpi-3-b.dtb',
      'cmdline.txt',
    ]);
    expect(requiredNames('4B', { cutDown: true })).toContain('fixup4cd.dat');
  });

  it('ROM requests carry no options; the EEPROM asks for 1468', () => {
    expect(STAGE_OPTIONS.rom).toEqual({ tsize: false, blksize: undefined });
    expect(STAGE_OPTIONS.eeprom).toEqual({ tsize: true, blksize: 1468 });
    expect(() => Object.assign(STAGE_OPTIONS.rom, { tsize: true })).toThrow(TypeError);
  });
});

describe('unassignedRequests', () => {
  it('asks below the prefix, then in the root', () => {
    expect(lines(unassignedRequests('3B'))).toEqual(
      'bootsig.bin bootcode.bin ?~/start.elf autoboot.txt config.txt recovery.elf start.elf'.split(' '),
    );
    expect(lines(unassignedRequests('4B'))).toEqual(
      '?~/start4.elf ?~/start.elf config.txt pieeprom.sig recover4.elf recovery.elf start4.elf start.elf'.split(' '),
    );
  });
});

describe('isExpectedMissing', () => {
  it.each([
    'bootsig.bin',
    '8b07bcc6/autoboot.txt',
    '8B07BCC6/autoboot.txt',
    'dc-a6-32-01-36-c2/recovery.elf',
    'recover4.elf',
    'dt-blob.bin',
    'bootcfg.txt',
    'tryboot.txt',
    'recovery.img',
    'recovery7l.img',
    'recovery8-32.img',
    'armstub.bin',
    'armstub7.bin',
    'armstub8-gic.bin',
    'armstub8-32-gic.bin',
    'kernel8-32.img',
    'pieeprom.sig',
    '9ffefdef/vl805.bin',
    'overlays/overlay_map.dtb',
  ])('%s', (name) => expect(isExpectedMissing(name)).toBe(true));

  it.each([
    '',
    'bootcode.bin',
    '8b07bcc6/start.elf',
    'fixup.dat',
    'config.txt',
    'cmdline.txt',
    'kernel8.img',
    'kernel7.img',
    'bcm2710-rpi-3-b.dtb',
    'other/bootsig.bin',
    '../bootsig.bin',
    'bootsig.bin/x',
    'bootsig.bin\n',
    'overlays/disable-wifi.dtbo',
  ])('not %j', (name) => expect(isExpectedMissing(name)).toBe(false));
});

describe('splitPrefix', () => {
  it.each([
    ['8b07bcc6/start.elf', '8b07bcc6', 'start.elf'],
    ['dc-a6-32-01-36-c2/a/b', 'dc-a6-32-01-36-c2', 'a/b'],
    ['bootcode.bin', undefined, 'bootcode.bin'],
    ['8b07bcc/start.elf', undefined, '8b07bcc/start.elf'],
    ['8b07bcc6', undefined, '8b07bcc6'],
    ['8b07bcc6/', '8b07bcc6', ''],
  ])('%s', (text, prefix, name) => expect(splitPrefix(text)).toEqual({ prefix, name }));
});
