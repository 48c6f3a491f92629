import { describe, expect, it } from 'vitest';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import { bootTree, content, losing, rig } from './support/rig.ts';

describe('TFTP', () => {
  it('survives a lost block because the server sends it again, and a lost ACK', () => {
    const data = losing(3, (_, payload) => payload[1] === 3);
    const ack = losing(9, (_, payload) => payload[1] === 4 && payload.length === 4);
    const { board, until } = rig({ model: '3B', wire: { drop: (frame) => data(frame) || ack(frame) } });
    board.powerOn();
    until('os-up');
    expect(board.status().counters).toMatchObject({ duplicates: 1, filesLost: 0 });
  });

  it('loses a file when its read request is lost, and goes on to the next one', () => {
    const { board, clock, until } = rig({
      model: '3B+',
      wire: { drop: losing(1, (name) => name.includes('/autoboot.txt')) },
    });
    board.powerOn();
    until('os-up');
    const lost = board.status().files.find(({ name }) => name.endsWith('/autoboot.txt'));
    expect(lost).toMatchObject({ outcome: 'failed' });
    expect(lost?.reason).toMatch(/^no packet for 1005 ms/);
    expect(clock.monotonic()).toBeGreaterThan(1000);
  });

  it('hangs when what was lost is needed, until its power is cut', () => {
    // start.elf: two probes, then the file itself; of kernel8.img the third request is the file.
    const { board, clock, server, until } = rig({
      model: '3B',
      wire: { drop: losing(3, (name) => name.includes('/kernel8.img')) },
    });
    board.powerOn();
    until('hung');
    expect(board.status().reason).toMatch(
      /^start\.elf: [0-9a-f]{8}\/kernel8\.img: no packet for 1005 ms after 0 bytes$/,
    );
    const asked = server.requests.length;
    clock.advance(600_000);
    expect(server.requests).toHaveLength(asked);
    board.powerOff();
    board.powerOn();
    until('os-up');
  });

  it.each(['start.elf', 'fixup.dat', 'bcm2710-rpi-3-b.dtb', 'kernel8.img'])('hangs without %s', (name) => {
    const { board, until } = rig({ model: '3B', files: bootTree('3B', 1, { [name]: undefined }) });
    board.powerOn();
    until('hung');
    expect(board.status().reason).toContain(name);
  });

  it('hangs without bootcode.bin', () => {
    const files = bootTree('3B');
    files.delete('bootcode.bin');
    const { board, until } = rig({ model: '3B', files });
    board.powerOn();
    until('hung');
    expect(board.status().reason).toBe('boot ROM: bootcode.bin: not found');
  });

  it('has no root without cmdline.txt, and no 64-bit kernel without config.txt', () => {
    const stuck = (changes: Record<string, string | undefined>) => {
      const { board, until } = rig({ model: '3B', files: bootTree('3B', 1, changes) });
      board.powerOn();
      until('hung');
      return board.status().reason;
    };
    expect(stuck({ 'cmdline.txt': undefined })).toContain('no command line');
    expect(stuck({ 'cmdline.txt': 'console=tty1 root=/dev/mmcblk0p2' })).toContain('no nfsroot=');
    expect(stuck({ 'config.txt': undefined })).toContain('kernel7.img');
    // The parser stops at the first byte that is not ASCII, so arm_64bit=1 after it does nothing.
    expect(stuck({ 'config.txt': '# caf\xe9\narm_64bit=1\n' })).toContain('kernel7.img');
  });

  it('takes files as missing from a server that ignores tsize, or lies about it', () => {
    const reason = (tftp: { ignoreOptions?: boolean; lieAboutSize?: boolean }) => {
      const { board, until } = rig({ model: '3B+', server: { tftp } });
      board.powerOn();
      until('hung');
      return [board.status().reason, board.status().files.find((file) => file.outcome === 'failed')?.reason];
    };
    expect(reason({ ignoreOptions: true })).toEqual([
      expect.stringContaining('no start.elf'),
      'DATA without an OACK for tsize',
    ]);
    expect(reason({ lieAboutSize: true })[1]).toMatch(/^\d+ bytes came, tsize said \d+$/);
  });

  it('clears the prefix when there is no firmware below it, and boots from the root if that has some', () => {
    const below = bootTree('3B+');
    const files = new Map([...below].map(([name, bytes]) => [name.replace(/^[0-9a-f]{8}\//, ''), bytes]));
    const { board, until } = rig({ model: '3B+', files });
    board.powerOn();
    until('os-up');
    const names = board.status().files.map(({ name }) => name);
    expect(names.filter((name) => name.includes('/') && !name.startsWith('overlays/'))).toHaveLength(1);
    expect(names).toContain('kernel8.img');
  });

  it.each<[NetbootModel, Map<string, Uint8Array>]>([
    ['3B', new Map([['bootcode.bin', content(52_460)]])],
    ['4B', new Map()],
  ])('%s that is given only the first stage asks for the rest and gets nowhere', (model, files) => {
    const { board, clock, server } = rig({ model, files });
    board.powerOn();
    clock.advance(30_000);
    expect(board.status().stage).toBe(model === '4B' ? 'rom-dhcp' : 'hung');
    expect(board.status().reason).toContain(model === '4B' ? 'start4.elf' : 'start.elf');
    expect(server.requests.length).toBeGreaterThan(5);
    expect(board.status().counters.notFound).toBe(server.requests.length - (model === '4B' ? 0 : 1));
  });

  it('stops when the block numbers are used up: 65,535 blocks of 512 bytes', () => {
    const { board, until } = rig({
      model: '3B',
      files: bootTree('3B', 1, { 'kernel8.img': new Uint8Array(65_535 * 512) }),
      board: { digest: false },
    });
    board.powerOn();
    until('hung', 600_000);
    expect(board.status().reason).toContain('block numbers used up after 33553920 bytes');
  });

  it('sends an "Early terminate" to the wrong port now and then, and asks again from a new port all the same', () => {
    const { board, server, until } = rig({ model: '3B', board: { strayTerminate: 1 } });
    board.powerOn();
    until('os-up');
    expect(server.errors.length).toBeGreaterThan(3);
    expect(server.errors.every(({ to }) => to === 69)).toBe(true);
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(server.requests.length);
  });

  it('gets through a lossy wire or stands still with a reason, and never fails otherwise', () => {
    const ends = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const { board, clock } = rig({ model: '3B', wire: { loss: 0.01, random: seededRandom(seed) } });
      board.powerOn();
      clock.advance(120_000);
      const { stage, reason } = board.status();
      if (stage === 'hung') expect(reason).toMatch(/no packet for|not found|bootcode\.bin|no command line/);
      ends.add(stage);
    }
    expect([...ends].sort()).toEqual(['hung', 'os-up']);
  });
});
