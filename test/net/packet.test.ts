import { describe, expect, it } from 'vitest';
import { openPacket } from '../../src/net/packet.ts';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

interface Seen {
  bytes: string;
  tci: number;
  outgoing: boolean;
  truncated: boolean;
}

interface Frames {
  atBoard: Seen[];
  besideBoard: Seen[];
  atController: Seen[];
  refused: string[];
  gone: string[];
  spinning: boolean;
  ifindex: number;
}

const rest = (text: string): string => text.padEnd(36, '0');
const plain = { outgoing: false, truncated: false, checksumPending: false };

describeWith(SEALED)('a packet socket', () => {
  it('sees whole frames with their VLAN tag, also where the kernel took it out', async () => {
    const seen = await sealed<Frames>('frames.ts');
    expect(seen.atController).toEqual([
      { bytes: rest('88b5aa01'), tci: -1, ...plain },
      { bytes: rest('88b5aa02'), tci: 0x6065, ...plain },
      { bytes: rest('88b5aa03'), tci: 0, ...plain },
      { bytes: rest('88b5aa04'), tci: -1, ...plain, truncated: true },
    ]);
    expect(seen.atBoard).toEqual([
      { bytes: rest('88b5bb01'), tci: 0xe0c8, ...plain },
      { bytes: '88b5', tci: -1, ...plain },
    ]);
    // What another socket of the board sent, as it left: a tag is still in its place, and is read from there.
    expect(seen.besideBoard.filter((one) => one.outgoing).map((one) => one.tci)).toEqual([-1, 0x6065, 0, -1]);
    expect(seen.besideBoard.filter((one) => !one.outgoing)).toEqual(seen.atBoard);
    expect(seen.refused).toEqual(['EINVAL']);
    expect(seen.gone[0]).toBe('ENETDOWN');
    expect(seen.gone.at(-1)).toMatch(/^(ENXIO|ENODEV)$/);
    expect(seen.spinning).toBe(false);
    expect(seen.ifindex).toBeGreaterThan(1);
  });

  it('of all interfaces tells where a frame came in, and sends by the interface that it is told', async () => {
    expect(await sealed('every-interface.ts')).toEqual({
      cameInBy: ['leg1', 'leg2'],
      heard: [1, 1],
      refused: [
        [4_000_000, 'ENXIO'],
        [0, 'ENXIO'],
      ],
      ifindex: 0,
    });
  });

  it('cannot be opened on an interface that is not there', () => {
    expect(() => openPacket({ ifname: 'no-such-leg' })).toThrow(
      expect.objectContaining({ code: 'ENODEV', message: expect.stringContaining('no-such-leg') }),
    );
  });
});

describe('a packet socket in a namespace that is none', () => {
  it.each([
    ['/no/such/netns', 'ENOENT'],
    ['/dev/null', 'EINVAL'],
  ])('%s is refused with %s', (netns, code) => {
    expect(() => openPacket({ ifname: 'lo', netns })).toThrow(expect.objectContaining({ code }));
  });
});
