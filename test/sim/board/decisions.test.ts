import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCmdlineTxt, parseConfigTxt } from '../../../src/pi/config-txt.ts';
import { parameter, parseIpParameter, parseNfsRoot } from '../../../src/sim/board/cmdline.ts';
import { BuggyReceiver } from '../../../src/sim/board/dhcp/receive-bug.ts';
import type { BootReply } from '../../../src/sim/board/dhcp/reply.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const config = (text: string, model: '3B' | '3B+' | '4B' = '3B', serial8 = '8b07bcc6') =>
  parseConfigTxt(bytes(text), { model, serial8 });

describe('config.txt', () => {
  it.each<[string, '3B' | '3B+' | '4B', string, object]>([
    [
      'nothing',
      '3B',
      '',
      { bits: 32, kernel: 'kernel7.img', deviceTree: 'bcm2710-rpi-3-b.dtb', cutDown: false, overlays: [] },
    ],
    [
      'nothing',
      '4B',
      '',
      { bits: 64, kernel: 'kernel8.img', deviceTree: 'bcm2711-rpi-4-b.dtb', cmdline: 'cmdline.txt' },
    ],
    ['64 bits', '3B+', 'arm_64bit=1', { bits: 64, kernel: 'kernel8.img', deviceTree: 'bcm2710-rpi-3-b-plus.dtb' }],
    ['32 bits', '4B', 'arm_64bit=0', { bits: 32, kernel: 'kernel7l.img' }],
    ['CRLF and comments', '3B', 'arm_64bit=1 # yes\r\n#kernel=a\r\nkernel=b.img\r\n', { bits: 64, kernel: 'b.img' }],
    ['a model section', '3B', '[pi4]\nkernel=a\n[pi3]\nkernel=b\n[pi3+]\nkernel=c', { kernel: 'b' }],
    ['a model section', '3B+', '[pi4]\nkernel=a\n[pi3]\nkernel=b\n[pi3+]\nkernel=c', { kernel: 'c' }],
    ['[all]', '4B', '[pi3]\nkernel=a\n[all]\nkernel=b', { kernel: 'b' }],
    ['a serial section', '3B', '[0x8b07bcc6]\nkernel=a\n[0x1]\nkernel=b', { kernel: 'a' }],
    ['sections of two kinds', '3B', '[pi4]\n[0x8b07bcc6]\nkernel=a\n', { kernel: 'kernel7.img' }],
    ['an unknown section', '3B', '[edid=x]\nkernel=a', { kernel: 'kernel7.img' }],
    ['gpu_mem', '3B', 'gpu_mem=16', { cutDown: true }],
    ['initramfs', '3B', 'initramfs initrd.img followkernel', { initramfs: 'initrd.img' }],
    ['auto_initramfs', '4B', 'auto_initramfs=1', { initramfs: 'initramfs8' }],
    ['overlays', '4B', 'dtoverlay=a,x=1\ndtoverlay=\ndtoverlay=b:y', { overlays: ['a', 'b'] }],
    [
      'os_prefix',
      '4B',
      'os_prefix=v2/\ncmdline=c.txt',
      { kernel: 'v2/kernel8.img', cmdline: 'v2/c.txt', deviceTree: 'v2/bcm2711-rpi-4-b.dtb' },
    ],
    ['bytes that are not ASCII', '3B', 'arm_64bit=1\n# \xb0C\nkernel=never', { bits: 64, kernel: 'kernel8.img' }],
  ])('%s on a %s', (_, model, text, expected) => {
    expect(config(text, model)).toMatchObject(expected);
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
        expect(parseConfigTxt(any, { model: '4B', serial8: '00000000' }).kernel).toBeTypeOf('string');
        expect(parseCmdlineTxt(any)).not.toMatch(/[\r\n\x80-\uffff]/);
      }),
    );
  });

  it('has only one line in cmdline.txt', () => {
    expect(parseCmdlineTxt(bytes('root=/dev/nfs rw \nip=dhcp\n'))).toBe('root=/dev/nfs rw');
    expect(parseCmdlineTxt(bytes('a=1 b=\xe9 c=3'))).toBe('a=1 b=');
  });
});

describe('kernel command line', () => {
  const [client, server] = [parseIpv4('10.1.2.3'), parseIpv4('10.1.2.1')];

  it('takes the last of several', () => {
    expect(parameter('a=1 b=2 a=3', 'a')).toBe('3');
    expect(parameter('aa=1', 'a')).toBeUndefined();
    expect(parameter('a.b=x=y', 'a.b')).toBe('x=y');
  });

  it.each<[string | undefined, object]>([
    [undefined, { kind: 'dhcp' }],
    ['dhcp', { kind: 'dhcp' }],
    ['on', { kind: 'dhcp' }],
    ['off', { kind: 'off' }],
    ['::::pi-7::dhcp', { kind: 'dhcp', hostname: 'pi-7' }],
    [
      '10.1.2.3:10.1.2.1:10.1.2.1:255.255.255.252:pi-7:eth0:off',
      { kind: 'static', hostname: 'pi-7', ipv4: { address: client, prefixLength: 30, router: server, server } },
    ],
    ['10.1.2.3', { kind: 'static', hostname: '', ipv4: { address: client, prefixLength: 8, router: undefined } }],
    ['10.1.2.3::::::', { kind: 'static', ipv4: { prefixLength: 8, server: undefined } }],
  ])('ip=%s', (value, expected) => {
    expect(parseIpParameter(value)).toMatchObject(expected);
  });

  it('refuses what is no address', () => {
    expect(() => parseIpParameter('10.1.2')).toThrow('expected an IPv4 address');
    expect(() => parseIpParameter('10.1.2.3:x')).toThrow('expected an IPv4 address');
  });

  it.each<[string, object]>([
    ['nfsroot=10.1.2.1:/srv/pi/7,vers=3,proto=tcp,nolock', { server, path: '/srv/pi/7' }],
    ['root=/dev/nfs nfsroot=/srv/a', { server: client, path: '/srv/a' }],
  ])('%s', (cmdline, expected) => {
    expect(parseNfsRoot(cmdline, client)).toMatchObject(expected);
  });

  it('reads the options of nfsroot', () => {
    const { options } = parseNfsRoot('nfsroot=10.1.2.1:/a,vers=4.1,nolock', undefined);
    expect([...options]).toEqual([
      ['vers', '4.1'],
      ['nolock', ''],
    ]);
  });

  it.each([
    ['', /expected nfsroot=/],
    ['nfsroot=/a', /names no server/],
    ['nfsroot=10.1.2.1:a', /absolute directory/],
    ['nfsroot=nas:/a', /expected an IPv4 address/],
  ])('refuses %j', (cmdline, message) => {
    expect(() => parseNfsRoot(cmdline, undefined)).toThrow(message);
  });
});

describe('the receive bug', () => {
  const offer: BootReply = { address: parseIpv4('10.0.0.2'), bootServer: parseIpv4('10.0.0.1') };

  /** Plays `[milliseconds after the DISCOVER, is it the OFFER]`; gives the time at which the ROM goes on. */
  function play(frames: readonly (readonly [number, boolean])[]): number | undefined {
    const receiver = new BuggyReceiver();
    receiver.start(50_000);
    for (const [at, isOffer] of frames) {
      if (receiver.frame(50_000 + at, isOffer ? offer : undefined)) return at;
    }
    return undefined;
  }

  it.each<[string, [number, boolean][], number | undefined]>([
    ['the OFFER alone', [[0, true]], undefined],
    [
      'a frame within the second, and none after it',
      [
        [0, true],
        [600, false],
      ],
      undefined,
    ],
    [
      'a frame to bridge the gap and one to trigger',
      [
        [0, true],
        [600, false],
        [1200, false],
      ],
      1200,
    ],
    [
      'the trigger without the bridge comes too late',
      [
        [0, true],
        [1200, false],
      ],
      undefined,
    ],
    [
      'too late for good, until the next DISCOVER',
      [
        [0, true],
        [1200, false],
        [1300, true],
        [1400, false],
      ],
      undefined,
    ],
    [
      'a busy network: the OFFER itself triggers',
      [
        [300, false],
        [900, false],
        [1700, false],
        [2500, true],
      ],
      2500,
    ],
    [
      'the OFFER after the second, bridged',
      [
        [900, false],
        [1000, true],
      ],
      1000,
    ],
    [
      'frames but no OFFER',
      [
        [500, false],
        [1000, false],
        [1500, false],
      ],
      undefined,
    ],
    [
      'exactly a second of silence is still bridged',
      [
        [0, true],
        [1000, false],
      ],
      1000,
    ],
  ])('%s', (_, frames, expected) => {
    expect(play(frames)).toBe(expected);
  });

  it('forgets an OFFER at the next DISCOVER', () => {
    const receiver = new BuggyReceiver();
    receiver.start(0);
    receiver.frame(0, offer);
    receiver.start(5000);
    expect(receiver.frame(5600, undefined)).toBeUndefined();
    expect(receiver.frame(6200, undefined)).toBeUndefined();
  });
});
