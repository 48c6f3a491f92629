import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { RigRack } from './rack.ts';

const image = join(cacheDirectory(), 'images/debian-12-pi/boot');
const file = resolve(import.meta.dirname, '../../rack-configs/virtual-108.yaml');

describeWith({ root: true, programs: ['unshare', 'nfs-cat', 'ganesha.nfsd'], files: [image] })(
  '108 virtual boards',
  () => {
    let rack: RigRack | undefined;
    afterEach(async () => {
      await rack?.stop();
      rack = undefined;
    }, 60_000);

    it('all end up booted when the controller is killed and a switch restarts in the middle, and nothing reached the wrong leg', async () => {
      const text = readFileSync(file, 'utf8')
        .replace(/virtual-community/g, 'community')
        .replace(/virtual-key/g, 'key');
      rack = await RigRack.serve(text);
      const directory = join(rack.directory, rack.name);
      await rack.until((status) => (status.summary.conditions.up ?? 0) >= 10, 200_000, 'ten boards up');
      const before = (await rack.status())?.controller.pid;
      for (let kill = 0; kill < 2; kill++) {
        const pid = (await rack.status())?.controller.pid;
        expect(await rack.inside('controller', ['kill', '-9', String(pid)])).toMatchObject({ code: 0 });
        await rack.until(
          (status) => status.controller.pid !== pid && status.slots.every((slot) => slot.power !== null),
          60_000,
          'the controller to be back',
        );
      }
      // And one of the switches starts anew, with the boards of its ports in every stage of their boots.
      expect(await rack.pirack(['virtual', 'switch', 'sw2', 'reboot'])).toMatchObject({ code: 0 });
      const status = await rack.until((now) => now.summary.conditions.up === 108, 600_000, 'all 108 boards up');
      for (const name of ['sw1', 'sw2', 'sw3']) {
        const verified = await rack.pirack(['switch', 'verify', name]);
        expect(verified, verified.stdout).toMatchObject({ code: 0 });
      }
      expect(status.controller.pid).not.toBe(before);

      // Every board found its own serial number and none other; each knows which slot it was made for.
      const boards = JSON.parse(
        (
          await rack.inside('controller', [
            'curl',
            '-s',
            '--unix-socket',
            join(directory, 'sim.sock'),
            'http://sim/boards',
          ])
        ).stdout,
      ) as {
        slot: number;
        serial: string;
        stage: string;
        address?: string;
      }[];
      for (const board of boards) {
        const seen = status.slots.find((slot) => slot.slot === board.slot);
        expect(seen?.board.serial, `slot ${board.slot}`).toBe(board.serial);
      }
      const db = new Database(join(directory, 'state.db'), { readonly: true });
      expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      const leases = db
        .prepare('SELECT count(*) FROM leases JOIN boards USING (slot) WHERE leases.mac = boards.mac')
        .pluck()
        .get();
      expect(leases).toBe(108);
      const wrong = db.prepare(`SELECT text FROM events WHERE kind IN ('board_changed', 'refused_file')`).pluck().all();
      expect(wrong).toEqual([]);
      db.close();
    }, 900_000);
  },
);
