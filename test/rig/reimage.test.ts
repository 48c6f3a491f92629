/** Reimage, undo and rescue of a whole virtual rack over real NFS, with the controller killed in the middle. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobView } from '../../src/api/control/job-protocol.ts';
import type { RootView } from '../../src/api/control/root-protocol.ts';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

/** Whole racks on a machine that may be busy: what happens is tested, how long it takes is only bounded. */
const LIMIT = 240_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const SLOTS = '  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: 4B}';

describeWith({ root: true, programs: ['unshare', 'nfs-cat', 'nfs-cp', 'ganesha.nfsd'], files: [boot] })(
  'roots of a running rack',
  () => {
    let rack: RigRack;
    const content = randomBytes(300_000);
    const digest = createHash('sha256').update(content).digest('hex');

    beforeAll(async () => {
      rack = await RigRack.serve(rackFile('rig-roots', SLOTS).replace('poll: 5 s}', 'poll: 2 s}'));
      await rack.until((now) => now.summary.conditions.up === 3, LIMIT, 'all boards up');
    }, LIMIT);
    afterAll(() => rack?.stop(), 60_000);

    const roots = async (slot: number) => {
      const { stdout } = await rack.pirack(['root', 'list', '--json']);
      return (JSON.parse(stdout) as RootView[]).filter((root) => root.slot === slot);
    };
    const pathOf = (root: RootView) => join(rack.directory, rack.name, 'roots', root.place, 'root');
    const url = (slot: number, root: RootView, file: string) =>
      `nfs://10.20.0.${(slot - 1) * 4 + 1}${pathOf(root)}/${file}`;
    const only = async (slot: number, role: RootView['role']) => {
      const found = (await roots(slot)).filter((root) => root.role === role);
      expect(found, `${role} roots of slot ${slot}`).toHaveLength(1);
      return found[0] as RootView;
    };
    /** What the board of the slot reads, as a hash; the refusal where it is refused. */
    const read = async (slot: number, root: RootView, file: string) => {
      const script = `nfs-cat '${url(slot, root, file)}' > /tmp/rig-read && sha256sum < /tmp/rig-read`;
      const { code, stdout, stderr } = await rack.inside(`slot:${slot}`, ['sh', '-c', script]);
      return code === 0 ? stdout.slice(0, 64) : (/MNT3ERR_\w+|NFS3ERR_\w+/.exec(stderr)?.[0] ?? stderr);
    };
    const job = async (id: number) =>
      JSON.parse((await rack.pirack(['job', 'show', String(id), '--json'])).stdout) as JobView;
    const killController = async () => {
      const pid = (await rack.status())?.controller.pid;
      await rack.inside('controller', ['kill', '-9', String(pid)]);
      await rack.until((now) => now.controller.pid !== pid, 60_000, 'the controller to be back');
    };

    it('are replaced: the board is up with a fresh one, and the one before is out of its reach', {
      timeout: LIMIT,
    }, async () => {
      const before = await only(1, 'current');
      writeFileSync(join(rack.directory, 'mine'), content);
      const copied = await rack.inside('slot:1', ['nfs-cp', join(rack.directory, 'mine'), url(1, before, 'mine')]);
      expect(copied, copied.stderr).toMatchObject({ code: 0 });
      expect(await read(1, before, 'mine')).toBe(digest);

      const ran = await rack.pirack(['reimage', '1-3', '--yes', '--json'], LIMIT);
      expect(ran, `${ran.stderr} ${rack.log().slice(-2000)}`).toMatchObject({ code: 0 });
      expect((JSON.parse(ran.stdout) as { jobs: JobView[] }).jobs.map(({ state }) => state)).toEqual([
        'done',
        'done',
        'done',
      ]);
      const current = await only(1, 'current');
      expect(current.place).not.toBe(before.place);
      expect((await only(1, 'kept')).place).toBe(before.place);
      expect(current.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
      expect(await read(1, current, 'mine')).toBe('NFS3ERR_NOENT');
      expect(await read(1, before, 'mine')).toBe('MNT3ERR_ACCES');
      expect(await rack.status()).toMatchObject({ summary: { conditions: { up: 3 } }, troubles: [] });
    });

    it('come back byte for byte, also when the controller is killed on the way', { timeout: LIMIT }, async () => {
      const asked = await rack.pirack(['root', 'undo', '1', '--yes', '--no-wait', '--json']);
      const id = (JSON.parse(asked.stdout) as { jobs: JobView[] }).jobs[0]?.id as number;
      const states = new Set<string>();
      for (let kill = 0; kill < 3; kill++) {
        states.add((await job(id)).step?.name ?? 'ended');
        await killController();
        await pause(300);
      }
      const watched = await rack.pirack(['job', 'watch', String(id)], LIMIT);
      expect(watched, watched.stdout).toMatchObject({ code: 0 });
      expect(states.size).toBeGreaterThan(0);
      const current = await only(1, 'current');
      expect(await read(1, current, 'mine')).toBe(digest);
      expect(await read(1, await only(1, 'kept'), 'mine')).toBe('MNT3ERR_ACCES');
    });

    it('are left alone by a rescue, which is for one boot', { timeout: LIMIT }, async () => {
      const own = await only(1, 'current');
      const ran = await rack.pirack(['rescue', '1', '--yes'], LIMIT);
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      const rescue = await only(1, 'rescue');
      const fstab = await rack.inside('slot:1', ['nfs-cat', url(1, rescue, 'etc/fstab')]);
      expect(fstab.stdout).toContain(`10.20.0.1:${pathOf(own)} /mnt/root nfs vers=3,nolock,noacl,mountaddr=10.20.0.1,`);
      expect(await read(1, own, 'mine')).toBe(digest);
      expect(await only(1, 'current')).toEqual(own);

      const cycled = await rack.pirack(['power', 'cycle', '1'], LIMIT);
      expect(cycled, cycled.stderr).toMatchObject({ code: 0 });
      await rack.until((now) => now.summary.conditions.up === 3, LIMIT, 'the board to be up again');
      await expect
        .poll(async () => (await roots(1)).map(({ role }) => role).sort(), { timeout: 90_000, interval: 1_000 })
        .toEqual(['current', 'kept']);
      expect(await read(1, rescue, 'etc/fstab')).toBe('MNT3ERR_ACCES');
      expect(await read(1, own, 'mine')).toBe(digest);
    });

    it('leave nothing behind but those that are current and kept', { timeout: LIMIT }, async () => {
      const all = (await Promise.all([1, 2, 3].map(roots))).flat();
      await expect
        .poll(
          () =>
            readdirSync(join(rack.directory, rack.name, 'roots'))
              .filter((name) => name !== '.bases')
              .sort(),
          {
            timeout: 90_000,
            interval: 1_000,
          },
        )
        .toEqual(all.map(({ place }) => place).sort());
      expect(all.map(({ role }) => role).sort()).toEqual(['current', 'current', 'current', 'kept', 'kept', 'kept']);
    });
  },
);
