import { describe, expect, it } from 'vitest';
import { type BootFiles, resolveRequest } from '../../../src/netboot/tree/routes.ts';
import type { BootTree } from '../../../src/netboot/tree/types.ts';
import { bootRequests, unassignedRequests } from '../../../src/pi/tftp-names.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { parseMac } from '../../../src/wire/address.ts';

const SERIAL = '8b07bcc6';
const tree: BootTree = {
  slot: slotNumber(3),
  assigned: true,
  knownSerial: SERIAL,
  mac: parseMac('b8:27:eb:07:bc:c6'),
  imageBoot: '/image/boot',
  firstStage: '/first',
  rendered: { 'config.txt': 'arm_64bit=1\n', 'cmdline.txt': 'rw\n', 'pxelinux.cfg/default': 'default pirack\n' },
};
const unassigned: BootTree = {
  slot: slotNumber(3),
  assigned: false,
  firstStage: '/first',
  rendered: tree.rendered,
  imageBoot: '/image/boot',
};

const disk = new Set([
  '/first/bootcode.bin',
  ...[
    'start.elf',
    'start4.elf',
    'fixup.dat',
    'fixup4.dat',
    'kernel8.img',
    'initramfs8',
    'boot.scr.uimg',
    'config.txt',
    'bcm2710-rpi-3-b-plus.dtb',
    'bcm2710-rpi-3-b.dtb',
    'bcm2711-rpi-4-b.dtb',
    'overlays/disable-bt.dtbo',
    'pieeprom.upd',
    'pieeprom.sig',
    'recovery.bin',
    'vl805.bin',
  ].map((name) => `/image/boot/${name}`),
]);
const files: BootFiles<string> = {
  open: async (directory, path) => {
    const full = `${directory}/${path}`;
    if (path === 'escape') return { kind: 'outside', reason: 'a symbolic link leads out of the boot directory' };
    return disk.has(full) ? { kind: 'file', file: full } : { kind: 'absent' };
  },
};
const serials = new Map([
  [SERIAL, slotNumber(3)],
  ['4c69202e', slotNumber(4)],
]);
const ask = (name: string, of: BootTree = tree) => resolveRequest(of, name, serials, files);

describe('a board with a smaller kernel', () => {
  const smaller = { ...tree, smaller: '/smaller' };
  const both: BootFiles<string> = {
    open: (directory, path) =>
      directory === '/smaller' && path !== 'kernel8.img'
        ? Promise.resolve({ kind: 'absent' })
        : directory === '/smaller'
          ? Promise.resolve({ kind: 'file', file: '/smaller/kernel8.img' })
          : files.open(directory, path),
  };
  it('gets it in place of the image’s, and all else from the image', async () => {
    const get = (name: string, of: BootTree) => resolveRequest(of, name, serials, both);
    const kernel = { route: 'smaller', outcome: 'served', file: '/smaller/kernel8.img' };
    expect(await get(`${SERIAL}/kernel8.img`, smaller)).toMatchObject(kernel);
    expect(await get('kernel8.img', { ...smaller, uboot: true })).toMatchObject({ ...kernel, route: 'u-boot' });
    expect(await get(`${SERIAL}/start.elf`, smaller)).toMatchObject({ route: 'image', file: '/image/boot/start.elf' });
    expect(await get(`${SERIAL}/config.txt`, smaller)).toMatchObject({ route: 'rendered' });
  });
});

describe('an assigned board', () => {
  it.each([
    // The first stage comes without a prefix, to everybody.
    ['bootcode.bin', { route: 'first-stage', outcome: 'served', file: '/first/bootcode.bin' }],
    ['bootsig.bin', { route: 'first-stage', outcome: 'missing', expected: true }],
    // Below its prefix.
    [`${SERIAL}/start.elf`, { route: 'image', outcome: 'served', file: '/image/boot/start.elf', path: 'start.elf' }],
    [`${SERIAL}/overlays/disable-bt.dtbo`, { route: 'image', outcome: 'served' }],
    [`${SERIAL}/config.txt`, { route: 'rendered', outcome: 'served', text: 'arm_64bit=1\n' }],
    [`${SERIAL}/cmdline.txt`, { route: 'rendered', outcome: 'served', text: 'rw\n' }],
    ['b8-27-eb-07-bc-c6/cmdline.txt', { route: 'rendered', outcome: 'served', text: 'rw\n' }],
    [`${SERIAL}/autoboot.txt`, { route: 'expected-missing', outcome: 'missing', expected: true }],
    [`${SERIAL}/recovery.elf`, { route: 'expected-missing', outcome: 'missing', expected: true }],
    [`${SERIAL}/bcm2710-rpi-zero.dtb`, { route: 'unexpected-missing', outcome: 'missing', expected: false }],
    [`${SERIAL}/KERNEL8.IMG`, { route: 'unexpected-missing', outcome: 'missing', expected: false }],
    [`${SERIAL}/bootcode.bin`, { route: 'unexpected-missing', outcome: 'missing', expected: false }],
    // Names that are members of every object are files like others.
    [`${SERIAL}/__proto__`, { route: 'unexpected-missing', outcome: 'missing' }],
    [`${SERIAL}/constructor`, { route: 'unexpected-missing', outcome: 'missing' }],
    // Never what reflashes, wherever it lies.
    [`${SERIAL}/pieeprom.sig`, { route: 'reflash', outcome: 'missing', expected: true }],
    [`${SERIAL}/pieeprom.upd`, { route: 'reflash', outcome: 'missing', expected: true }],
    [`${SERIAL}/PIEEPROM.UPD`, { route: 'reflash', outcome: 'refused' }],
    [`${SERIAL}/pieeprom.new`, { route: 'reflash', outcome: 'refused' }],
    [`${SERIAL}/recovery.bin`, { route: 'reflash', outcome: 'refused' }],
    [`${SERIAL}/firmware/recovery.bin`, { route: 'reflash', outcome: 'refused' }],
    ['recovery.bin', { route: 'reflash', outcome: 'refused' }],
    [`${SERIAL}/vl805.bin`, { route: 'reflash', outcome: 'missing', expected: true }],
    [`${SERIAL}/vl805.rom`, { route: 'reflash', outcome: 'refused' }],
    // Somebody else's prefix.
    ['4c69202e/start.elf', { route: 'prefix', outcome: 'refused' }],
    ['ffffffff/config.txt', { route: 'prefix', outcome: 'refused' }],
    ['dc-a6-32-01-36-c2/config.txt', { route: 'prefix', outcome: 'refused' }],
    // No bootable root.
    ['config.txt', { route: 'prefix', outcome: 'missing', expected: false }],
    ['start.elf', { route: 'prefix', outcome: 'missing', expected: false }],
    ['kernel8.img', { route: 'prefix', outcome: 'missing', expected: false }],
    ['pxelinux.cfg/default', { route: 'prefix', outcome: 'missing', expected: false }],
    ['autoboot.txt', { route: 'prefix', outcome: 'missing', expected: true }],
    [SERIAL, { route: 'prefix', outcome: 'missing', expected: false }],
    [`${SERIAL.toUpperCase()}/start.elf`, { route: 'prefix', outcome: 'missing', expected: false }],
    // Paths that are none.
    [`${SERIAL}/../start.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/./start.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}//start.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    [`/${SERIAL}/start.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    ['/etc/passwd', { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}\\start.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/start.elf\0.txt`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/stärt.elf`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/a/b/c/d/e/f`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/${'x'.repeat(250)}`, { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/`, { route: 'unsafe-name', outcome: 'refused' }],
    ['', { route: 'unsafe-name', outcome: 'refused' }],
    [`${SERIAL}/escape`, { route: 'image', outcome: 'refused' }],
  ] as const)('%j', async (name, expected) => {
    expect(await ask(name)).toMatchObject(expected);
  });

  it('without a known serial teaches it with start.elf and is served', async () => {
    const { knownSerial: _, ...unknown } = tree;
    expect(await ask(`${SERIAL}/start.elf`, unknown)).toMatchObject({ outcome: 'served', learn: SERIAL });
    expect(await ask(`${SERIAL}/config.txt`, unknown)).not.toHaveProperty('learn');
    expect(await ask('4c69202e/start.elf', unknown)).toMatchObject({ outcome: 'refused' });
  });

  it('whose image has no directory gets what is rendered', async () => {
    const { imageBoot: _, ...bare } = tree;
    expect(await ask(`${SERIAL}/config.txt`, bare)).toMatchObject({ outcome: 'served' });
    expect(await ask(`${SERIAL}/start.elf`, bare)).toMatchObject({ outcome: 'missing', expected: false });
  });

  it('passes on what the disk fails with', async () => {
    const broken: BootFiles<string> = { open: () => Promise.reject(new Error('EIO')) };
    await expect(resolveRequest(tree, 'bootcode.bin', serials, broken)).rejects.toThrow('EIO');
  });
});

describe('an unassigned board', () => {
  it.each([
    ['bootcode.bin', { route: 'first-stage', outcome: 'served' }],
    [`${SERIAL}/start.elf`, { route: 'unassigned', outcome: 'missing', expected: true }],
    [`${SERIAL}/config.txt`, { route: 'unassigned', outcome: 'missing', expected: true }],
    ['start.elf', { route: 'prefix', outcome: 'missing', expected: true }],
    ['config.txt', { route: 'prefix', outcome: 'missing', expected: true }],
    ['4c69202e/start.elf', { route: 'prefix', outcome: 'refused' }],
  ] as const)('%j', async (name, expected) => {
    expect(await ask(name, unassigned)).toMatchObject(expected);
  });

  it('still teaches its serial', async () => {
    expect(await resolveRequest(unassigned, `${SERIAL}/start4.elf`, new Map(), files)).toMatchObject({
      outcome: 'missing',
      learn: SERIAL,
    });
  });

  it('gets nothing but the first stage, even as u-boot', async () => {
    for (const name of ['kernel8.img', 'pxelinux.cfg/default', 'boot.scr.uimg', `${SERIAL}/kernel8.img`]) {
      expect(await ask(name, { ...unassigned, uboot: true })).toMatchObject({ outcome: 'missing', expected: true });
    }
  });
});

describe('u-boot', () => {
  it.each([
    ['boot.scr.uimg', { route: 'u-boot', outcome: 'served', file: '/image/boot/boot.scr.uimg' }],
    ['pxelinux.cfg/default', { route: 'u-boot', outcome: 'served', text: 'default pirack\n' }],
    ['kernel8.img', { route: 'u-boot', outcome: 'served' }],
    ['initramfs8', { route: 'u-boot', outcome: 'served' }],
    ['pxelinux.cfg/01-dc-a6-32-00-00-04', { route: 'u-boot', outcome: 'missing', expected: true }],
    ['pxelinux.cfg/0A140402', { route: 'u-boot', outcome: 'missing', expected: true }],
    ['pxelinux.cfg/default-arm-qemu', { route: 'u-boot', outcome: 'missing', expected: true }],
    ['0A140402.img', { route: 'u-boot', outcome: 'missing', expected: true }],
    ['dtb/qemu-arm.dtb', { route: 'u-boot', outcome: 'missing', expected: true }],
    ['nothing', { route: 'u-boot', outcome: 'missing', expected: false }],
    // What goes for others goes for u-boot too.
    ['pieeprom.upd', { route: 'reflash', outcome: 'missing' }],
    ['../kernel8.img', { route: 'unsafe-name', outcome: 'refused' }],
    ['escape', { route: 'u-boot', outcome: 'refused' }],
    ['4c69202e/kernel8.img', { route: 'prefix', outcome: 'refused' }],
    [`${SERIAL}/kernel8.img`, { route: 'image', outcome: 'served' }],
  ] as const)('%j', async (name, expected) => {
    expect(await ask(name, { ...tree, uboot: true })).toMatchObject(expected);
  });
});

describe('whole boots', () => {
  it.each(['3B', '3B+', '4B'] as const)(
    'of a %s: every name is answered as the list of names has it',
    async (model) => {
      for (const request of bootRequests(model, { initramfs: 'initramfs8' })) {
        const name = request.prefixed ? `${SERIAL}/${request.name}` : request.name;
        const answer = await ask(name);
        if (request.presence === 'required') expect([name, answer]).toMatchObject([name, { outcome: 'served' }]);
        if (request.presence === 'missing') {
          expect([name, answer]).toMatchObject([name, { outcome: 'missing', expected: true }]);
        }
      }
    },
  );

  it.each(['3B', '3B+', '4B'] as const)(
    'of an unassigned %s end after the first stage, without an alarm',
    async (model) => {
      for (const request of unassignedRequests(model)) {
        const name = request.prefixed ? `${SERIAL}/${request.name}` : request.name;
        const answer = await ask(name, unassigned);
        if (name === 'bootcode.bin') expect(answer).toMatchObject({ outcome: 'served' });
        else expect([name, answer]).toMatchObject([name, { outcome: 'missing', expected: true }]);
      }
    },
  );
});
