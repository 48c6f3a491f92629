import { describe, expect, it } from 'vitest';
import { content, rig } from './support/rig.ts';

describe('tagged frames', () => {
  const tagged = (at: number) => Uint8Array.from([...new Array(12).fill(0xff), 0x81, 0x00, 0x00, at, 0x08, 0x42, 0, 0]);

  it.each(['rom-dhcp', 'rom-tftp', 'bootcode-tftp', 'firmware-tftp'] as const)('kill a 3B for good in %s', (stage) => {
    const { board, clock, wire, until } = rig({ model: '3B', server: { dhcpDelay: () => 500 } });
    board.powerOn();
    until(stage);
    wire.port().send(tagged(101));
    clock.advance(1);
    expect(board.status()).toMatchObject({ stage: 'hung', counters: { taggedFrames: 1 } });
    expect(board.status().reason).toContain('802.1Q');
    clock.advance(5000);
    const sent = wire.sent;
    clock.advance(300_000);
    expect(wire.sent).toBe(sent);
    board.powerOff();
    board.powerOn();
    until('os-up');
  });

  it('are seen also where the kernel took the tag out of the frame', () => {
    const { board, toBoard, until } = rig({ model: '3B' });
    board.powerOn();
    until('rom-dhcp');
    toBoard(content(60), 0);
    expect(board.status().stage).toBe('hung');
  });

  it.each(['3B+', '4B'] as const)('leave a %s alone', (model) => {
    const { board, wire, until } = rig({ model });
    const outside = wire.port();
    board.powerOn();
    for (const stage of ['rom-dhcp', 'firmware-tftp'] as const) {
      until(stage);
      outside.send(tagged(101));
    }
    until('os-up');
    expect(board.status().counters.taggedFrames).toBe(2);
  });

  it('leave a 3B alone once Linux runs', () => {
    const { board, clock, wire, until } = rig({ model: '3B' });
    board.powerOn();
    until('kernel-dhcp');
    wire.port().send(tagged(101));
    until('os-up');
    clock.advance(1);
    expect(board.status().stage).toBe('os-up');
  });
});
