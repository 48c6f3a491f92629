import { describe, expect, it } from 'vitest';
import { rescueOptions } from '../../../src/jobs/roots/rescue.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { ended } from '../durable/support.ts';
import { request, World } from './world.ts';

const reimaged = async (world: World, parameters: object = {}) => {
  const { runner } = world.begin();
  return ended(runner, (await runner.ask(request('reimage', parameters))).id);
};

describe('a reimage', () => {
  it('gives the board a new root, keeps the old one, and has it boot', async () => {
    const world = new World();
    expect(await reimaged(world)).toMatchObject({ state: 'done', parameters: { image: 'debian@2' } });
    expect(world.rows()).toEqual(['slot-001 kept', 'slot-001.2 current']);
    expect([world.exported, world.booted, world.port, world.wrong]).toEqual([['slot-001.2'], 'slot-001.2', 'on', []]);
    expect(world.table.of(1 as never, 'current')?.hostKey?.fingerprint).toBe('SHA256:slot-001.2');
  });

  it('a second time lets go of the first', async () => {
    const world = new World();
    await reimaged(world);
    await reimaged(world);
    expect(world.rows()).toEqual(['slot-001 doomed', 'slot-001.2 kept', 'slot-001.3 current']);
    const { slots } = world.begin();
    expect((await slots.sweep(() => false)).removed.map(({ place }) => place)).toEqual(['slot-001']);
    expect([...world.files.keys()]).toEqual(['slot-001.2', 'slot-001.3']);
  });

  it.each(['on', 'off'] as const)(
    'with an image that does not boot puts the old root back, and power %s',
    async (wanted) => {
      const world = new World(wanted);
      const job = await reimaged(world, { image: 'bad@1' });
      expect(job).toMatchObject({
        state: 'failed',
        failure: { code: 'no_boot', text: expect.stringContaining('it panics') },
      });
      expect(world.rows()).toEqual(['slot-001 current', 'slot-001.2 doomed']);
      expect([world.exported, world.wanted, world.port, world.wrong]).toEqual([['slot-001'], wanted, wanted, []]);
      if (wanted === 'on') expect(world.booted).toBe('slot-001');
      expect(world.quarantine).toBeUndefined();
    },
  );

  it('whose root cannot be exported has the old one back', async () => {
    const world = new World();
    world.failsToExport = true;
    expect(await reimaged(world)).toMatchObject({ state: 'failed', failure: { text: 'the server said no' } });
    expect([world.exported, world.booted, world.port]).toEqual([['slot-001'], 'slot-001', 'on']);
  });

  it.each([
    [{ image: 'nothing' }, 'no_image'],
    [{ image: 7 }, 'parameters'],
    [{ authorizedKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA\nno-pty ssh-rsa'] }, 'parameters'],
    [{ timeZone: '../../etc/shadow' }, 'parameters'],
    [{ until: 'discover' }, 'parameters'],
  ])('with %j is refused, and nothing is recorded', async (parameters, code) => {
    const { runner } = new World().begin();
    await expect(runner.ask(request('reimage', parameters))).rejects.toMatchObject({ code });
    expect(runner.list(10)).toEqual([]);
  });
});

describe('an undo', () => {
  it('makes the old root current again, and can be undone', async () => {
    const world = new World();
    await reimaged(world);
    for (const [current, kept] of [
      ['slot-001', 'slot-001.2'],
      ['slot-001.2', 'slot-001'],
    ]) {
      const { runner } = world.begin();
      expect(await ended(runner, (await runner.ask(request('undo'))).id)).toMatchObject({ state: 'done' });
      expect(world.rows().sort()).toEqual([`${current} current`, `${kept} kept`].sort());
      expect([world.exported, world.booted]).toEqual([[current], current]);
    }
    expect(world.wrong).toEqual([]);
  });

  it('has nothing to go back to before a reimage, nor after its time', async () => {
    const world = new World();
    const { runner, slots } = world.begin();
    await expect(runner.ask(request('undo'))).rejects.toMatchObject({ code: 'nothing_to_undo' });
    await reimaged(world);
    world.now += 25 * 3_600_000;
    await slots.sweep(() => false);
    expect(world.rows()).toEqual(['slot-001.2 current']);
    await expect(runner.ask(request('undo'))).rejects.toThrow('one is kept for 24 h');
  });
});

describe('a rescue', () => {
  it('tells the address of the server in the table of mounts: without mount.nfs the kernel has no other way to know', () => {
    const words = (version: '3' | '4.1') => rescueOptions(version, '10.20.0.1' as Ipv4).split(',');
    expect(words('3')).toEqual(expect.arrayContaining(['vers=3', 'addr=10.20.0.1', 'mountaddr=10.20.0.1', 'nolock']));
    expect(words('4.1')).toEqual(expect.arrayContaining(['vers=4.1', 'addr=10.20.0.1', 'nofail', 'nosuid', 'nodev']));
    // NFSv4 has no mount protocol, and the kernel refuses words that are not its version's.
    expect(words('4.1').join()).not.toMatch(/mountaddr|mountproto|nolock|noacl/);
  });

  it('boots another root once, beside its own', async () => {
    const world = new World();
    const { runner } = world.begin();
    expect(await ended(runner, (await runner.ask(request('rescue'))).id)).toMatchObject({ state: 'done' });
    expect(world.rows()).toEqual(['slot-001 current', 'slot-001.2 rescue']);
    expect([world.exported, world.booted]).toEqual([['slot-001', 'slot-001.2'], 'slot-001.2']);
  });

  it('that does not boot leaves the board as it was, and a reimage ends one', async () => {
    const world = new World();
    const { runner } = world.begin();
    expect(await ended(runner, (await runner.ask(request('rescue', { image: 'bad@1' }))).id)).toMatchObject({
      state: 'failed',
    });
    expect([world.exported, world.booted, world.port]).toEqual([['slot-001'], 'slot-001', 'on']);
    await ended(runner, (await runner.ask(request('rescue'))).id);
    await ended(runner, (await runner.ask(request('reimage'))).id);
    expect(world.rows().filter((row) => !row.endsWith('doomed'))).toEqual(['slot-001 kept', 'slot-001.4 current']);
    expect([world.exported, world.booted, world.wrong]).toEqual([['slot-001.4'], 'slot-001.4', []]);
  });
});
