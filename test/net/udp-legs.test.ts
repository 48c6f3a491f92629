import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

const names = Array.from({ length: 20 }, (_, i) => `leg${i + 1}`);

interface Traffic {
  first: { arrived: string[]; replies: string[]; frames: string[] };
  without: { arrived: string[]; replies: string[]; errors: string[] };
  again: { arrived: string[]; replies: string[]; errors: string[]; renumbered: boolean };
}

describeWith(SEALED)('one UDP socket for 20 legs', () => {
  it('knows the leg of each broadcast, answers there and nowhere else, and outlives a leg that is made again', async () => {
    const { first, without, again } = await sealed<Traffic>('legs-traffic.ts');
    expect(first.arrived.toSorted()).toEqual(names.map((leg) => `${leg} ${leg}`).toSorted());
    const expected = names.map((leg) => `${leg} for ${leg}`).toSorted();
    expect(first.replies.toSorted()).toEqual(expected);
    expect(first.frames.toSorted()).toEqual(expected);
    expect(without).toEqual({
      arrived: ['leg8 leg8'],
      replies: ['leg8 for leg8'],
      errors: [expect.stringMatching(/^(ENODEV|ENETUNREACH|EINVAL)$/)],
    });
    expect(again).toEqual({ arrived: ['leg7 leg7'], replies: ['leg7 for leg7'], errors: [], renumbered: true });
  });
});

interface Pressure {
  udp: { waited: number; pending: number; got: number; inOrder: boolean; stats: object };
  packet: { settled: boolean; handled: number; errors: string[] };
}

describeWith({ ...SEALED, programs: [...SEALED.programs, 'tc'] })('a socket on a slow leg', () => {
  it('keeps what the kernel does not take and sends it later, in order', async () => {
    const { udp, packet } = await sealed<Pressure>('back-pressure.ts');
    expect(udp.waited).toBeGreaterThan(0);
    expect(udp).toMatchObject({ pending: 0, got: 1000, inOrder: true, stats: { sent: 1000, dropped: 0, errors: 0 } });
    expect(packet).toEqual({ settled: true, handled: 64, errors: ['ENOBUFS'] });
  });
});
