/** Boards of a virtual rack restart when the controller asks them over SSH, and have their power cut where they will not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobView } from '../../src/api/control/job-protocol.ts';
import type { RootView } from '../../src/api/control/root-protocol.ts';
import { cacheDirectory } from '../../src/cli/places.ts';
import { makeHostKey } from '../../src/roots/personalise/host-keys.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

/** Whole racks on a machine that may be busy: what happens is tested, how long it takes is only bounded. */
const LIMIT = 240_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const SLOTS = '  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: 4B}';

describeWith({ root: true, programs: ['unshare', 'nfs-cat', 'nfs-cp', 'ganesha.nfsd'], files: [boot] })(
  'a reboot of a running board',
  () => {
    let rack: RigRack;
    beforeAll(async () => {
      rack = await RigRack.serve(rackFile('rig-reboot', SLOTS).replace('poll: 5 s}', 'poll: 2 s}'), LIMIT);
      await rack.until((now) => now.summary.conditions.up === 3, LIMIT, 'all boards up');
    }, LIMIT);
    afterAll(() => rack?.stop(), 60_000);

    const rootOf = async (slot: number) => {
      const all = JSON.parse((await rack.pirack(['root', 'list', '--json'])).stdout) as RootView[];
      const { place } = all.find((root) => root.slot === slot && root.role === 'current') as RootView;
      return join(rack.directory, rack.name, 'roots', place, 'root');
    };
    /** Roots are mounted inside of the bundle alone. */
    const inside = async (...command: string[]) => {
      const ran = await rack.inside('controller', command);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      return ran;
    };
    const reboot = async (slots: string, how: string) => {
      const { code, stdout, stderr } = await rack.pirack(['power', 'reboot', slots, '--how', how, '--json'], LIMIT);
      expect(stdout, `${stderr} ${rack.log().slice(-2000)}`).not.toBe('');
      const { jobs } = JSON.parse(stdout) as { jobs: JobView[] };
      return { code, jobs: jobs.map(({ state, outcome, error }) => ({ state, outcome, error })) };
    };
    const boots = async (slot: number) =>
      (
        JSON.parse((await rack.pirack(['board', String(slot), '--json'])).stdout) as { boots: { outcome: string }[] }
      ).boots.map(({ outcome }) => outcome);

    it('asks each over SSH, or cuts its power where it may not ask', { timeout: LIMIT }, async () => {
      // The tenant of slot 2 took the key out; something else than slot 3's root answers there.
      const keys = join(await rootOf(2), 'root/.ssh/authorized_keys');
      expect((await inside('cat', keys)).stdout).toContain('restrict,command="/sbin/reboot" ssh-ed25519 ');
      await inside('rm', keys);
      const other = join(rack.directory, 'other-key');
      writeFileSync(other, makeHostKey().dropbear);
      await inside('cp', other, join(await rootOf(3), 'etc/dropbear/dropbear_ed25519_host_key'));
      const { code, jobs } = await reboot('1-3', 'auto');
      expect([code, jobs]).toEqual([
        0,
        [
          { state: 'done', error: null, outcome: { how: 'soft', text: 'it restarted when asked over SSH' } },
          { state: 'done', error: null, outcome: { how: 'hard', text: expect.stringContaining('does not take the') } },
          { state: 'done', error: null, outcome: { how: 'hard', text: expect.stringContaining('shows the host key') } },
        ],
      ]);
      expect([await boots(1), await boots(2), await boots(3)]).toEqual([
        ['up', 'restarted'],
        ['up', 'powered off'],
        ['up', 'powered off'],
      ]);
    });

    it('is refused by a board that may not be asked, which stays up', { timeout: LIMIT }, async () => {
      const { code, jobs } = await reboot('2', 'soft');
      expect([code, jobs]).toEqual([
        1,
        [{ state: 'failed', outcome: null, error: { code: 'key_refused', text: expect.any(String) } }],
      ]);
      expect(await boots(2)).toEqual(['up', 'powered off']);
    });

    it('is done once, also when the controller is killed right after it was asked for', {
      timeout: LIMIT,
    }, async () => {
      const asked = await rack.pirack(['power', 'reboot', '1', '--no-wait', '--json']);
      const [job] = (JSON.parse(asked.stdout) as { jobs: JobView[] }).jobs;
      const pid = (await rack.status())?.controller.pid;
      await inside('kill', '-9', String(pid));
      await rack.until((now) => now.controller.pid !== pid, LIMIT, 'the controller to be back');
      const watched = await rack.pirack(['job', 'watch', String(job?.id)], LIMIT);
      expect(watched, watched.stdout).toMatchObject({ code: 0 });
      expect(await boots(1)).toHaveLength(3);
    });

    it('ends when it is told, also while somebody waits for power', { timeout: LIMIT }, async () => {
      const asked = rack.client.power({ slots: [1, 2, 3], action: 'cycle', who: 'test' }, () => undefined);
      const told = asked.then(
        () => 'answered',
        (cause: Error) => cause.name,
      );
      await rack.until(({ slots }) => slots.every(({ cycling }) => cycling), LIMIT, 'power to be cycled');
      expect(await rack.end()).toBe(true);
      expect(await told).toBe('NotServing');
    });
  },
);
