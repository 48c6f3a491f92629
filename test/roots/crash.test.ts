import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { makeFakeImage } from './support/fake-image.ts';
import { sealed } from './support/sealed.ts';

const SLOTS = [1, 2, 3, 4, 5, 6, 7, 8];

describeWith({ root: true, programs: ['unshare', 'mount', 'ganesha.nfsd', 'rpcbind', 'dbus-daemon'] })(
  'a controller that is killed',
  () => {
    test('at many points of making, removing and exporting roots, leaves nothing that the next one cannot finish', async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'pirack-roots-'));
      onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
      const image = makeFakeImage(join(scratch, 'image'));
      const root = (slot: number) => join(scratch, `roots/slot-00${slot}/root`);
      expect(await sealed('crash.ts', [scratch, image], { limit: 150_000 })).toEqual({
        unexpected: [],
        failed: [],
        places: SLOTS.map((slot) => `slot-00${slot}`),
        mounts: SLOTS.map(root),
        listed: SLOTS.map((slot) => [root(slot), `10.20.${slot}.2`]),
        names: SLOTS.map((slot) => `pi${slot}\n`),
      });
    }, 160_000);
  },
);
