import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { BOOTING, soak } from './soak/soak.ts';

const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

describeWith({ root: true, programs: ['unshare', 'nft', 'nfs-cat', 'ganesha.nfsd'], files: [boot] })(
  'three boards that flood their legs',
  () => {
    it('keep no other board from booting, and the controller stays as small as it was', async () => {
      const report = await soak('rig-flood', { quiet: 1, flood: 60, rate: 4000, every: 20, tell: () => {} });
      expect(report.quiet.failures).toEqual([]);
      expect(report.flood.failures).toEqual([]);
      // At least once each, from power to SSH, with everything that a board can send on the wires beside it.
      expect(report.flood.completed).toBeGreaterThanOrEqual(BOOTING.length);
      for (const { sent } of report.flooded) expect(sent).toBeGreaterThan(10_000);
      for (const rule of [
        'source4',
        'source6',
        'fragment4',
        'fragment6',
        'over-dhcp4',
        'over-dhcp6',
        'over-tftp',
        'over-icmp6',
      ])
        expect(report.drops[rule], rule).toBeGreaterThan(0);
      expect(report.troubles).toEqual([]);

      const [first, ...later] = report.footprints;
      const last = later.at(-1);
      expect((last?.rss ?? Number.NaN) - (first?.rss ?? 0)).toBeLessThan(120);
      expect(last?.databases).toBeLessThan(20);
      expect(last?.log).toBeLessThan(200);
      // Ten lines a minute of each kind that a board can cause, at three boards.
      for (const kind of ['board_changed', 'refused_file', 'missing_file'])
        expect(report.events[kind] ?? 0).toBeLessThan(100);
    }, 400_000);
  },
);
