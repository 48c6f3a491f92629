import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ImageBootFacts,
  RenderError,
  renderCmdline,
  renderCmdlineTxt,
  renderConfigTxt,
  renderFiles,
  renderPxelinux,
} from '../../../src/netboot/tree/render.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import type { Ipv4, Ipv6 } from '../../../src/wire/address.ts';

const debian: ImageBootFacts = {
  kernel: 'kernel8.img',
  initramfs: 'initramfs8',
  deviceTrees: 'upstream',
  overlays: false,
  cutDown: { pi3: true, pi4: true },
};
const raspios: ImageBootFacts = { ...debian, deviceTrees: 'raspberrypi', overlays: true };

const slot = {
  slot: slotNumber(7),
  hostName: 'pi-007',
  ipv4: { network: '10.20.0.24/30', controller: '10.20.0.25' as Ipv4, board: '10.20.0.26' as Ipv4 },
  ipv6: {
    network: '2001:db8:0:7::/64',
    controller: '2001:db8:0:7::1' as Ipv6,
    board: '2001:db8:0:7::2' as Ipv6,
  },
  simulate: undefined,
};
const input = { slot, nfs: { version: '3' }, rootPath: '/srv/roots/slot-007' } as const;

describe('config.txt', () => {
  const lines = (image: ImageBootFacts, more: { model?: string; cutDownFirmware?: boolean } = {}) =>
    renderConfigTxt({ model: undefined, image, ...more }).split('\n');

  it('of an upstream image is this, byte for byte', () => {
    expect(renderConfigTxt({ model: '3B+', image: debian })).toBe(
      [
        '# Made by pirack: changes made here are lost.',
        'arm_64bit=1',
        'kernel=kernel8.img',
        'auto_initramfs=0',
        'initramfs initramfs8 followkernel',
        'upstream_kernel=1',
        'boot_delay=0',
        'disable_splash=1',
        'enable_uart=0',
        'uart_2ndstage=0',
        'camera_auto_detect=0',
        'display_auto_detect=0',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['no initramfs line without an initramfs', { ...debian, initramfs: undefined }, {}, /^initramfs /, false],
    ['overlays only where the image has them', debian, {}, /^dtoverlay=/, false],
    ['no wifi with overlays', raspios, {}, /^dtoverlay=disable-wifi$/, true],
    ['no bluetooth with overlays', raspios, {}, /^dtoverlay=disable-bt$/, true],
    ['no search for SD cards', raspios, {}, /^dtparam=sd_poll_once=on$/, true],
    ['no EEE on a 3B+', raspios, { model: '3B+' }, /^dtparam=eee=off$/, true],
    ['no EEE on a 4B', raspios, { model: '4B' }, /^dtparam=eee=off$/, true],
    ['no EEE on a board not known yet', raspios, {}, /^dtparam=eee=off$/, true],
    ['nothing about EEE on a 3B', raspios, { model: '3B' }, /eee/, false],
    ['the full firmware by default', raspios, {}, /^gpu_mem=/, false],
    ['the cut-down firmware when asked for', raspios, { cutDownFirmware: true }, /^gpu_mem=16$/, true],
    ['no names of upstream for Raspberry Pi trees', raspios, {}, /^upstream_kernel/, false],
  ] as const)('%s', (_title, image, more, pattern, present) => {
    expect(lines(image, more).some((line) => pattern.test(line))).toBe(present);
  });

  it.each(['', '../kernel8.img', 'a b', 'x\ny=1', 'kérnel', '-x', 'a/b'])('refuses the file name %j', (name) => {
    expect(() => renderConfigTxt({ model: '3B', image: { ...debian, kernel: name } })).toThrow(RenderError);
    expect(() => renderConfigTxt({ model: '3B', image: { ...debian, initramfs: name } })).toThrow(RenderError);
  });
});

describe('the command line', () => {
  it('for NFSv3', () => {
    expect(renderCmdline(input)).toBe(
      'console=tty1 root=/dev/nfs nfsroot=10.20.0.25:/srv/roots/slot-007,vers=3,nolock,noacl,tcp,hard,rsize=65536,wsize=65536' +
        ' rw ip=::::pi-007:eth0:dhcp rootwait panic=10 net.ifnames=0' +
        ' pirack.ipv6=2001:db8:0:7::2/64,2001:db8:0:7::1 pirack.slot=7',
    );
  });

  it('for NFSv4.1, which has no separate lock protocol', () => {
    const line = renderCmdline({ ...input, nfs: { version: '4.1' }, rootPath: '/b007' });
    expect(line).toContain(' nfsroot=10.20.0.25:/b007,vers=4.1,tcp,hard,rsize=65536,wsize=65536 ');
    expect(line).not.toMatch(/nolock|noacl/);
  });

  it('of a guest speaks to its serial port', () => {
    expect(renderCmdline({ ...input, slot: { ...slot, simulate: 'qemu' } })).toMatch(/^console=ttyAMA0 /);
    expect(renderCmdline({ ...input, slot: { ...slot, simulate: '4B' } })).toMatch(/^console=tty1 /);
  });

  it('ends with the words of the image', () => {
    expect(renderCmdline({ ...input, extra: ' quiet  console=ttyS1 ' })).toMatch(
      / pirack\.slot=7 quiet console=ttyS1$/,
    );
  });

  it('is one line of cmdline.txt', () => {
    expect(renderCmdlineTxt(input)).toBe(`${renderCmdline(input)}\n`);
  });

  const bad: [string, Parameters<typeof renderCmdline>[0], string][] = [
    ['a newline in the host name', { ...input, slot: { ...slot, hostName: 'pi\nroot=/dev/sda' } }, 'host name'],
    ['a newline at the end of the host name', { ...input, slot: { ...slot, hostName: 'pi\n' } }, 'host name'],
    ['a space in the host name', { ...input, slot: { ...slot, hostName: 'pi init=/bin/sh' } }, 'host name'],
    ['a colon in the host name', { ...input, slot: { ...slot, hostName: 'pi:eth1' } }, 'host name'],
    ['a host name that is not ASCII', { ...input, slot: { ...slot, hostName: 'pï' } }, 'host name'],
    ['an empty host name', { ...input, slot: { ...slot, hostName: '' } }, 'host name'],
    ['a host name of 64 characters', { ...input, slot: { ...slot, hostName: 'a'.repeat(64) } }, 'host name'],
    ['a relative root', { ...input, rootPath: 'srv/roots' }, 'root path'],
    ['a root with a comma', { ...input, rootPath: '/srv,soft' }, 'root path'],
    ['a root with a space', { ...input, rootPath: '/srv/a b' }, 'root path'],
    ['a root with a percent sign', { ...input, rootPath: '/srv/%s' }, 'root path'],
    ['a root with ..', { ...input, rootPath: '/srv/../etc' }, 'root path'],
    ['a root that ends with ..', { ...input, rootPath: '/srv/..' }, 'root path'],
    ['a newline in the root', { ...input, rootPath: '/srv\n' }, 'root path'],
    ['a newline in the words of the image', { ...input, extra: 'quiet\nx' }, 'words of the image'],
    ['a tab in the words of the image', { ...input, extra: 'quiet\tx' }, 'words of the image'],
    ['another root in the words of the image', { ...input, extra: 'quiet root=/dev/mmcblk0p2' }, 'words of the image'],
    ['another ip= in the words of the image', { ...input, extra: 'ip=dhcp' }, 'words of the image'],
    ['a word of pirack in the words of the image', { ...input, extra: 'pirack.slot=8' }, 'words of the image'],
    ['a word that u-boot expands', { ...input, extra: 'a=$bootargs' }, 'words of the image'],
    ['more than 1024 characters', { ...input, extra: 'x'.repeat(900) }, 'command line'],
    [
      'an address with a newline',
      { ...input, slot: { ...slot, ipv6: { ...slot.ipv6, board: 'fe80::1\n' as Ipv6 } } },
      'command line',
    ],
    [
      'an address that is not ASCII',
      { ...input, slot: { ...slot, ipv4: { ...slot.ipv4, controller: '１.1.1.1' as Ipv4 } } },
      'command line',
    ],
  ];
  it.each(bad)('refuses %s', (_title, wrong, field) => {
    expect(() => renderCmdline(wrong)).toThrow(
      expect.objectContaining({ name: 'RenderError', file: 'cmdline.txt', field }),
    );
  });

  it('is one line of printable ASCII whatever comes in, or a RenderError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (a, b, c) => {
          try {
            const line = renderCmdline({ ...input, slot: { ...slot, hostName: a }, rootPath: `/${b}`, extra: c });
            expect(line).toMatch(/^[\x20-\x7e]{1,1024}$/);
            expect(line.split(' ').filter((word) => /^(root|nfsroot|ip)=/.test(word))).toHaveLength(3);
          } catch (error) {
            expect(error).toBeInstanceOf(RenderError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('pxelinux.cfg/default', () => {
  it('boots the one label', () => {
    expect(renderPxelinux(debian, 'root=/dev/nfs rw')).toBe(
      'default pirack\nprompt 0\ntimeout 1\nlabel pirack\n  kernel kernel8.img\n  initrd initramfs8\n  append root=/dev/nfs rw\n',
    );
  });

  it('has no initrd line without an initramfs', () => {
    expect(renderPxelinux({ ...debian, initramfs: undefined }, 'rw')).not.toContain('initrd');
  });

  it('refuses a command line that u-boot would not take', () => {
    expect(() => renderPxelinux(debian, 'x'.repeat(512))).toThrow(RenderError);
    expect(() => renderPxelinux(debian, 'x'.repeat(511))).not.toThrow();
    expect(() => renderPxelinux(debian, 'a\nb')).toThrow(RenderError);
  });
});

describe('renderFiles', () => {
  it('makes all three, with the words of the image', () => {
    const files = renderFiles({ model: '4B', image: { ...debian, cmdline: 'quiet' }, ...input });
    expect(Object.keys(files)).toEqual(['config.txt', 'cmdline.txt', 'pxelinux.cfg/default']);
    expect(files['cmdline.txt']).toMatch(/ quiet\n$/);
    expect(files['pxelinux.cfg/default']).toContain(files['cmdline.txt']);
    for (const text of Object.values(files)) expect(text).toMatch(/^[\n\x20-\x7e]+$/);
  });
});
