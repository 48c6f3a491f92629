import { describe, expect, it } from 'vitest';
import { bootRequests, type NetbootModel } from '../../../src/pi/tftp-names.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import { bootTree, CMDLINE, content, rig, sha256 } from './support/rig.ts';
import { BOARD, SERVER } from './support/scripted-server.ts';

const MODELS: readonly NetbootModel[] = ['3B', '3B+', '4B'];

describe('a boot that goes well', () => {
  it.each(MODELS)('%s gets from power to its operating system', (model) => {
    const { board, os, server, until, stages } = rig({ model });
    expect(board.status()).toMatchObject({ powered: false, stage: 'off', watts: 0, linkUp: false, bootCount: 0 });
    board.powerOn();
    until('os-up');
    expect(stages).toEqual([
      'power-on',
      'rom-dhcp',
      ...(model === '4B' ? ['bootcode-tftp'] : ['rom-tftp', 'bootcode-dhcp', 'bootcode-tftp']),
      'firmware-tftp',
      'kernel',
      'kernel-dhcp',
      'os-network',
      'os-up',
    ]);
    expect(os.boots).toEqual([
      {
        cmdline: CMDLINE,
        hostname: '',
        bootCount: 1,
        ipv4: expect.objectContaining({ address: BOARD, prefixLength: 30, router: SERVER, server: SERVER }),
      },
    ]);
    const { counters, address, linkUp } = board.status();
    expect({ address, linkUp }).toEqual({ address: BOARD, linkUp: true });
    // ROM and bootcode.bin ask once each, the EEPROM and the kernel go through all four messages.
    expect(counters).toMatchObject(model === '4B' ? { discovers: 2, requests: 2 } : { discovers: 3, requests: 1 });
    expect(counters).toMatchObject({ filesLost: 0, duplicates: 0, offersRefused: 0 });
    expect(server.errors.every(({ to, message }) => to !== 69 && message === 'Early terminate')).toBe(true);
  });

  it.each(MODELS)('%s asks for the files of real boards, in their order, each from a new port', (model) => {
    const { board, server, until } = rig({ model });
    board.powerOn();
    until('os-up');
    const { serial8 } = boardIdentity(1, model);
    const expected = bootRequests(model, { kernel: 'kernel8.img' }).map(
      ({ name, prefixed, how }) => `${how} ${prefixed ? `${serial8}/` : ''}${name}`,
    );
    expect(board.status().files.map(({ how, name }) => `${how} ${name}`)).toEqual(expected);
    expect(server.requests.map(({ name }) => name)).toEqual(board.status().files.map(({ name }) => name));
    expect(server.requests.map(({ port }) => port)).toEqual(server.requests.map((_, i) => 49152 + i));
  });

  it.each(MODELS)('%s ends with the very bytes that the server has', (model) => {
    const { board, until } = rig({ model });
    const tree = bootTree(model);
    board.powerOn();
    until('os-up');
    for (const record of board.status().files) {
      const bytes = tree.get(record.name);
      const expected = bytes
        ? record.how === 'probe'
          ? { outcome: 'probed', size: bytes.length, sha256: undefined }
          : { outcome: 'complete', size: bytes.length, sha256: sha256(bytes) }
        : { outcome: 'missing', size: 0 };
      expect(record).toMatchObject(expected);
    }
  });

  it('obeys config.txt: cut-down firmware, initramfs, overlays, 32 bits, its own kernel', () => {
    const config = [
      'gpu_mem=16',
      '[pi4]',
      'kernel=wrong.img',
      '[all]',
      'initramfs initramfs8 followkernel',
      'dtoverlay=disable-bt',
      'dtoverlay=gpio-fan,temp=60000',
      'upstream_kernel=1',
    ].join('\n');
    const files = bootTree('3B', 1, {
      'config.txt': config,
      'start.elf': content(20_000),
      'start_cd.elf': content(12_000),
      'fixup_cd.dat': content(3170),
      'kernel8.img': undefined,
      'kernel7.img': content(60_001),
      initramfs8: content(33_000),
      'bcm2710-rpi-3-b.dtb': undefined,
      'bcm2837-rpi-3-b.dtb': content(31_111),
      'overlays/disable-bt.dtbo': content(1100),
    });
    const { board, until } = rig({ model: '3B', files });
    board.powerOn();
    until('os-up');
    const fetched = board
      .status()
      .files.flatMap(({ name, outcome }) => (outcome === 'complete' ? [name.replace(/^[0-9a-f]{8}\//, '')] : []));
    expect([...new Set(fetched)]).toEqual([
      'bootcode.bin',
      'config.txt',
      'start_cd.elf',
      'fixup_cd.dat',
      'initramfs8',
      'bcm2837-rpi-3-b.dtb',
      'overlays/disable-bt.dtbo',
      'cmdline.txt',
      'kernel7.img',
    ]);
  });

  it('boots without DHCP of the kernel where the command line has the addresses', () => {
    const cmdline = 'root=/dev/nfs nfsroot=10.20.0.1:/b ip=10.20.0.2:10.20.0.1:10.20.0.1:255.255.255.252:pi-1:eth0:off';
    const { board, os, until, stages } = rig({ model: '3B+', files: bootTree('3B+', 1, { 'cmdline.txt': cmdline }) });
    board.powerOn();
    until('os-up');
    expect(stages).not.toContain('kernel-dhcp');
    expect(board.status().counters).toMatchObject({ discovers: 2, requests: 0 });
    expect(os.boots[0]).toMatchObject({ hostname: 'pi-1', ipv4: { address: BOARD, prefixLength: 30, router: SERVER } });
  });

  it('does the same every time', () => {
    const run = () => {
      const { board, clock, server, until } = rig({ model: '4B', board: { strayTerminate: 0.5 } });
      board.powerOn();
      until('os-up');
      const frames = server.dhcp.map(({ frame }) => Buffer.from(frame).toString('hex'));
      return { at: clock.monotonic(), frames, errors: server.errors };
    };
    expect(run()).toEqual(run());
  });

  it('takes the time of a real board, divided by its speed', () => {
    const powerToOs = (model: NetbootModel, speed: number) => {
      const { board, clock, until } = rig({ model, board: { speed } });
      board.powerOn();
      until('os-up');
      return clock.monotonic();
    };
    expect(powerToOs('3B+', 1)).toBeGreaterThan(28_000);
    expect(powerToOs('4B', 1)).toBeLessThan(powerToOs('3B', 1));
    expect(powerToOs('3B+', 100)).toBeLessThan(1000);
  });
});

describe('power', () => {
  it.each(MODELS)('%s is silent once its power is cut, at any moment, and starts over from its ROM', (model) => {
    for (const moment of [0, 100, 5400, 6100, 7200, 9000, 18_500, 20_000, 30_000, 60_000]) {
      const { board, clock, os, wire, until } = rig({ model });
      board.powerOn();
      clock.advance(moment);
      board.powerOff();
      expect(board.status()).toMatchObject({ powered: false, stage: 'off', address: '', linkUp: false, watts: 0 });
      clock.advance(1);
      const sent = wire.sent;
      const kills = os.kills;
      expect(kills).toBe(os.boots.length);
      clock.advance(120_000);
      expect(wire.sent).toBe(sent);
      board.powerOn();
      until('os-up');
      expect(board.status()).toMatchObject({ bootCount: 2, powered: true });
      expect(board.status().files[0]?.name).toMatch(model === '4B' ? /start4\.elf$/ : /^bootsig\.bin$/);
    }
  });

  it('draws less while dead than while it works', () => {
    const { board, clock } = rig({ model: '3B', server: { dhcpDelay: () => undefined } });
    board.powerOn();
    clock.advance(10_000);
    const inRom = board.watts();
    clock.advance(60_000);
    expect(board.status().stage).toBe('dead');
    expect(board.watts()).toBeLessThan(inRom);
    expect(board.watts()).toBeGreaterThan(0);
  });

  it('reboots without losing power', () => {
    const { board, os, until, stages } = rig({ model: '4B' });
    board.powerOn();
    until('os-up');
    const first = os.events;
    board.reboot();
    expect(os.kills).toBe(1);
    expect(stages).not.toContain('off');
    until('os-up');
    expect(board.status().bootCount).toBe(2);
    first?.failed('an event of the system before');
    first?.stage('os-mount', 'the same');
    expect(board.status().stage).toBe('os-up');
  });

  it('hangs with its power on until that is cut', () => {
    const { board, os, until } = rig({ model: '4B' });
    board.powerOn();
    until('os-up');
    board.hang();
    expect(os.kills).toBe(1);
    expect(board.status()).toMatchObject({ stage: 'hung', powered: true, linkUp: false });
    board.powerOff();
    board.hang();
    expect(board.status().stage).toBe('off');
    board.powerOn();
    until('os-up');
  });

  it('reports why the operating system stopped', () => {
    const { board, os, clock, until } = rig({ model: '3B+' });
    board.powerOn();
    until('os-up');
    os.events?.failed('mount of 10.20.0.1:/srv/pi/1: permission denied');
    clock.advance(1);
    expect(board.status()).toMatchObject({
      stage: 'os-failed',
      reason: 'mount of 10.20.0.1:/srv/pi/1: permission denied',
    });
  });
});
