import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

interface Netns {
  reached: string[];
  served: string[];
  closeOnExec: boolean[];
  refused: string[];
  silent: string;
  leaked: number;
  neighbours: unknown[];
  interfaces: object;
  stayed: boolean;
}

describeWith({ ...SEALED, programs: [...SEALED.programs, 'nft'] })('sockets of another network namespace', () => {
  it('listen, connect, fail with a reason, and leave nothing behind', async () => {
    const seen = await sealed<Netns>('netns.ts');
    expect(seen.reached).toEqual(['hello', 'hello', 'hello', 'hello']);
    expect(seen.served).toEqual(['127.0.0.1', '10.20.1.1', 'fd00:1::1', 'fd00:1::2']);
    expect(seen.closeOnExec).toEqual([true, true]);
    expect(seen.refused).toEqual([
      'ECONNREFUSED',
      'ENETUNREACH',
      'ENOENT',
      expect.stringContaining('127.0.0.300'),
      'EADDRINUSE',
      'EINVAL',
      'EINVAL',
    ]);
    expect(seen.silent).toBe('no connection to 10.20.2.2 port 22 after 200 ms');
    expect(seen.leaked).toBe(0);
    expect(seen.stayed).toBe(true);
    expect(seen.neighbours).toEqual([
      { mac: 'b8:27:eb:00:00:01', permanent: true },
      '10.20.1.2 lladdr b8:27:eb:00:00:01 PERMANENT',
      { mac: 'dc:a6:32:00:00:02', permanent: true },
      'none',
      'none',
      { mac: 'b8:27:eb:00:00:01', permanent: true },
      'ENODEV',
      'ENXIO',
    ]);
    expect(seen.interfaces).toEqual({
      here: ['lo', 'leg2', null],
      there: [1, 'number', 'none'],
      stale: true,
      fresh: [true, 'renamed'],
    });
  });
});
