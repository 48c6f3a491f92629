import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SwitchView, ViolationView } from '../../src/api/control/switch-protocol.ts';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

/** Whole racks on a machine that may be busy: what happens is tested, how long it takes is only bounded. */
const LIMIT = 240_000;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const NEEDS = { root: true, programs: ['unshare', 'nfs-cat', 'ganesha.nfsd'], files: [boot] };

const SLOTS = `  - {slots: 1-2, switch: sw1, ports: 1-2, simulate: 3B}
  - {slots: 3-4, switch: sw1, ports: 3-4, simulate: 3B+}
  - {slots: 5-6, switch: sw1, ports: 5-6, simulate: 4B}`;

const rackOf = (name: string, isolation: string) =>
  rackFile(name, SLOTS)
    .replace('    ports: 52\n', `    ports: 52\n    isolation: ${isolation}\n`)
    .replace('poll: 5 s}', 'poll: 2 s}');

describeWith(NEEDS)('a switch out of the box whose isolation is checked', () => {
  let rack: RigRack;
  beforeAll(async () => {
    rack = await RigRack.serve(rackOf('rig-checked', 'checked'));
  }, LIMIT);
  afterAll(() => rack?.stop(), 60_000);

  const allUp = (what: string) => rack.until((now) => now.summary.conditions.up === 6, LIMIT, what);
  const verify = async () => {
    const { code, stdout } = await rack.pirack(['switch', 'verify', 'sw1', '--json']);
    return { code, violations: (JSON.parse(stdout) as { violations: ViolationView[] }).violations };
  };

  it(
    'gets no power to its boards until it is applied, and says why',
    async () => {
      const status = await rack.until(
        (now) => now.slots.every((slot) => slot.progress.includes('VLAN')),
        60_000,
        'every slot to wait for its VLAN',
      );
      expect(status.slots[0]?.progress).toBe('Waiting: VLAN 101 (slot 1) is not on sw1');
      const { code, violations } = await verify();
      expect(code).toBe(1);
      expect(new Set(violations.flatMap(({ slot }) => slot ?? []))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
      const plan = await rack.pirack(['switch', 'plan', 'sw1']);
      expect(plan).toMatchObject({ code: 0 });
      expect(plan.stdout).toMatch(/set the PVID of port 3 of sw1 \(slot 3\) to 103/);
      expect(plan.stdout).toMatch(/slots 1-6 would lose power meanwhile/);

      const applied = await rack.pirack(['switch', 'apply', 'sw1'], LIMIT);
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      expect(applied.stdout).toMatch(/every slot is alone on its VLAN .* read back over every VLAN/);
      expect(await verify()).toEqual({ code: 0, violations: [] });
      const again = await rack.pirack(['switch', 'apply', 'sw1'], LIMIT);
      expect(again.stdout).toMatch(/was so already/);
      await allUp('all boards up');
    },
    LIMIT,
  );

  it(
    'has a port that a person moved found within a poll, named, and put back by apply',
    async () => {
      expect(await rack.pirack(['virtual', 'switch', 'sw1', 'move', '3', '104'])).toMatchObject({ code: 0 });
      const found = await rack.until(
        (now) => now.troubles.some((text) => text.includes('slot 3')),
        60_000,
        'the moved port to be found',
      );
      expect(found.troubles.join()).toMatch(/port 3 of sw1 \(slot 3\)/);
      const { code, violations } = await verify();
      expect(code).toBe(1);
      expect(violations.map(({ text }) => text)).toContain('port 3 of sw1 (slot 3) has PVID 104, expected 103');
      expect(new Set(violations.map(({ slot }) => slot))).toEqual(new Set([3]));
      expect(await rack.pirack(['switch', 'apply', 'sw1'], LIMIT)).toMatchObject({ code: 0 });
      expect(await verify()).toEqual({ code: 0, violations: [] });
      const status = await allUp('the board of the moved port to be back');
      expect(status.troubles).toEqual([]);
      // Nobody else lost power for it: five boards are in their first boot still.
      const boots = await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (slot) => {
          const { stdout } = await rack.pirack(['board', String(slot), '--json']);
          return (JSON.parse(stdout) as { boots: unknown[] }).boots.length;
        }),
      );
      expect(boots.map((count) => count > 1)).toEqual([false, false, true, false, false, false]);
    },
    LIMIT,
  );

  it(
    'proves by a power cycle which port is which',
    async () => {
      const proof = await rack.pirack(['switch', 'verify', 'sw1', '--cycle', '2'], LIMIT);
      expect(proof, proof.stdout + proof.stderr).toMatchObject({ code: 0 });
      expect(proof.stdout).toMatch(
        /slot 2 of sw1 is proven: row 1\.2 alone stopped delivering; the link of .* alone went down/,
      );
      await allUp('the board to be back');
    },
    LIMIT,
  );

  it(
    'has boards wait, and none fail, while there is too little power; they come when there is enough',
    async () => {
      expect(await rack.pirack(['power', 'off', 'all'], LIMIT)).toMatchObject({ code: 0 });
      // Its supply gives less than the rack file says: what the switch says counts.
      expect(await rack.pirack(['virtual', 'switch', 'sw1', 'budget', '14 W'])).toMatchObject({ code: 0 });
      const asked = rack.pirack(['power', 'on', 'all'], LIMIT);
      const short = await rack.until(
        (now) =>
          now.slots.some((slot) => slot.condition === 'up') && now.slots.some((slot) => slot.condition === 'queued'),
        LIMIT,
        'some boards up and others waiting for power',
      );
      expect(short.slots.filter((slot) => slot.condition === 'quarantined')).toEqual([]);
      expect(await rack.pirack(['virtual', 'switch', 'sw1', 'budget', '370 W'])).toMatchObject({ code: 0 });
      await allUp('all boards up with enough power');
      expect(await asked).toMatchObject({ code: 0 });
      const late = (await rack.pirack(['status', '--json'])).stdout;
      expect(JSON.parse(late).slots.map((slot: { attempts: number }) => slot.attempts)).toEqual([0, 0, 0, 0, 0, 0]);
    },
    LIMIT,
  );

  it(
    'is listed with what it is',
    async () => {
      const { stdout } = await rack.pirack(['switch', 'list', 'sw1', '--json']);
      const view = JSON.parse(stdout) as SwitchView;
      expect(view).toMatchObject({
        driver: { name: 'virtual' },
        slots: 6,
        isolation: { kept: 'checked', state: 'isolated', violations: [] },
        troubles: [],
      });
      expect(view.power.consumption).toBeGreaterThan(0);
      const drivers = await rack.pirack(['switch', 'drivers']);
      expect(drivers.stdout).toMatch(/cisco-ios/);
      const found = await rack.pirack(['switch', 'discover', 'sw1']);
      expect(found.stdout).toMatch(/switches:\n/);
      expect(await rack.pirack(['switch', 'verify', 'sw9'])).toMatchObject({ code: 2 });
    },
    LIMIT,
  );
});

describeWith(NEEDS)('a switch whose isolation is managed', () => {
  let rack: RigRack;
  beforeAll(async () => {
    rack = await RigRack.serve(rackOf('rig-managed', 'managed'));
  }, LIMIT);
  afterAll(() => rack?.stop(), 60_000);

  it(
    'is isolated and its boards up although the controller is killed while it changes VLANs',
    async () => {
      for (let kill = 0; kill < 2; kill++) {
        const pid = (await rack.status())?.controller.pid;
        if (kill > 0)
          for (const port of ['1', '3', '6']) await rack.pirack(['virtual', 'switch', 'sw1', 'move', port, '1']);
        expect(await rack.inside('controller', ['kill', '-9', String(pid)])).toMatchObject({ code: 0 });
        await rack.until((now) => now.controller.pid !== pid, 60_000, 'the controller to be back');
      }
      await rack.until((now) => now.summary.conditions.up === 6, LIMIT, 'all boards up');
      const { code, stdout } = await rack.pirack(['switch', 'verify', 'sw1']);
      expect(code, stdout).toBe(0);
    },
    LIMIT,
  );

  it(
    'has a port that a person moved put back without being asked, and its board up again',
    async () => {
      expect(await rack.pirack(['virtual', 'switch', 'sw1', 'move', '5', '1'])).toMatchObject({ code: 0 });
      const events = async () => (await rack.pirack(['board', '5', '--json'])).stdout;
      await rack.until((now) => now.slots[4]?.condition !== 'up', 60_000, 'the moved board to lose its power');
      await rack.until((now) => now.summary.conditions.up === 6, LIMIT, 'the moved board to be back');
      expect(await events()).toMatch(/port 5 of sw1 \(slot 5\) has PVID 1, expected 105/);
      expect(await rack.pirack(['switch', 'verify', 'sw1'])).toMatchObject({ code: 0 });
    },
    LIMIT,
  );

  it(
    'that restarts goes back to what was saved, isolated, and its boards come up in order',
    async () => {
      expect(await rack.pirack(['virtual', 'switch', 'sw1', 'reboot'])).toMatchObject({ code: 0 });
      await rack.until((now) => now.summary.conditions.up !== 6, 60_000, 'the boards to lose their power');
      const status = await rack.until((now) => now.summary.conditions.up === 6, LIMIT, 'all boards up again');
      expect(status.slots.filter((slot) => slot.attempts > 0)).toEqual([]);
      expect(await rack.pirack(['switch', 'verify', 'sw1'])).toMatchObject({ code: 0 });
    },
    LIMIT,
  );
});
