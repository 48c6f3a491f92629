/** What a customer may rely on, from the order of a server to its end: `scripts/customer-week`, as a test. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { liveTheWeek } from './week/week.ts';
import { WeekRack } from './week/week-rack.ts';

/** A whole rack on a machine that may be busy: what happens is tested, how long it takes is only bounded. */
const START_LIMIT = 600_000;
const LIMIT = 900_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

describeWith({ root: true, programs: ['unshare', 'nfs-cat', 'ganesha.nfsd'], files: [boot] })(
  'a customer’s week over the API',
  () => {
    let rack: WeekRack;
    beforeAll(async () => {
      rack = await WeekRack.serve('rig-week');
    }, START_LIMIT);
    afterAll(() => rack?.stop(), 60_000);

    it('goes as a customer may expect it', { timeout: LIMIT }, async () => {
      const lines: string[] = [];
      const took = await liveTheWeek(rack, (line) => lines.push(line)).catch((cause: unknown) => {
        throw new Error(`${lines.join('\n')}\nlog: ${rack.rig.log().slice(-3000)}`, { cause });
      });
      expect(took.map(({ step }) => step)).toHaveLength(12);
    });
  },
);
