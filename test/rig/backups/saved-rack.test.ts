/** A rack that is served is backed up, loses a root, a file and then its controller's whole disk, and has all of it back. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BackupsView } from '../../../src/api/control/backup-protocol.ts';
import type { StatusView } from '../../../src/api/control/protocol.ts';
import { cacheDirectory } from '../../../src/cli/places.ts';
import { describeWith } from '../../support/needs.ts';
import { rackFile } from '../files.ts';
import { type Ran, RigRack } from '../rack.ts';
import { fillAsTenant, lookAt, type TreeSeen } from './tenant-tree.ts';

/** For one thing to come about; a test has several. */
const LIMIT = 240_000;
const ALL = 2 * LIMIT;
const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');
const SLOTS = '  - {slots: 1-3, switch: sw1, ports: 1-3, simulate: 4B}';
/** Due a minute ago: the controller finds out half a minute after it began. */
const due = new Date(Date.now() - 60_000).toISOString().slice(11, 16);

describeWith({
  root: true,
  programs: ['unshare', 'restic', 'rsync', 'bwrap', 'ganesha.nfsd', 'nfs-cat'],
  files: [boot],
})('a rack with backups', () => {
  /** Another disk than the controller's. */
  let elsewhere: string;
  let rack: RigRack;
  /** The roots of slots 1 and 2. */
  let saved: readonly TreeSeen[];
  let password: string;

  beforeAll(async () => {
    elsewhere = mkdtempSync(join(tmpdir(), 'pirack-rig-elsewhere-'));
    password = join(elsewhere, 'password');
    writeFileSync(password, 'of the repository\n', { mode: 0o600 });
    const repository = join(elsewhere, 'repository');
    // Before it serves: on a busy machine what is due half a minute later would come before a command does.
    execFileSync('restic', ['init', '-q', '--no-cache', '-r', repository, '--password-file', password]);
    const backups = `backups:
  repository: ${repository}
  password_file: ${password}
  slots: 1-2
  schedule: {at: "${due}", jitter: 0 s}
  keep: {daily: 7}
`;
    rack = await RigRack.serve(rackFile('rig-saved', SLOTS, backups).replace('poll: 5 s}', 'poll: 2 s}'), LIMIT);
    await rack.until((now) => now.summary.conditions.up === 3, LIMIT, 'all boards up');
  }, ALL);
  afterAll(async () => {
    await rack?.stop();
    rmSync(elsewhere, { recursive: true, force: true });
  }, 60_000);

  const good = async (args: readonly string[]): Promise<Ran> => {
    const ran = await rack.pirack(args, LIMIT);
    expect(ran, `pirack ${args.join(' ')}: ${ran.stdout} ${ran.stderr} ${rack.log().slice(-2000)}`).toMatchObject({
      code: 0,
    });
    return ran;
  };
  const placeOf = async (slot: number): Promise<string> => {
    const found = (await rack.client.roots()).filter((root) => root.slot === slot && root.role === 'current');
    expect(found).toHaveLength(1);
    return found[0]?.place ?? '';
  };
  const rootOf = async (slot: number) => join(rack.directory, rack.name, 'roots', await placeOf(slot), 'root');
  const rootsOfBoth = async () => [await rootOf(1), await rootOf(2)];
  const expectAsSaved = async () => {
    const now = await lookAt(rack, await rootsOfBoth());
    expect(now.map(({ names }) => names)).toEqual(saved.map(({ names }) => names));
    expect(now).toEqual(saved);
  };
  /** What the board of the slot reads of its own root, over NFS. */
  const boardReads = async (slot: number, file: string) => {
    const url = `nfs://10.20.0.${(slot - 1) * 4 + 1}${await rootOf(slot)}/${file}`;
    return (await rack.inside(`slot:${slot}`, ['nfs-cat', url])).stdout;
  };

  it('makes them by itself when they are due', { timeout: ALL }, async () => {
    const isOver = async () => (await rack.client.jobs(9)).find(({ kind }) => kind === 'backup')?.state;
    await expect.poll(isOver, { timeout: LIMIT, interval: 1_000 }).toBe('done');
    const { backups, slots } = JSON.parse((await good(['backup', 'list', '--json'])).stdout) as BackupsView;
    expect(backups.map(({ what, slot }) => [what, slot])).toEqual(
      expect.arrayContaining([
        ['controller', null],
        ['root', 1],
        ['root', 2],
      ]),
    );
    expect(backups).toHaveLength(3);
    expect(slots.map(({ error }) => error)).toEqual([null, null, null]);
  });

  it('gives a root back that its tenant destroyed, and the board boots it', { timeout: ALL }, async () => {
    await good(['power', 'off', '2']);
    await fillAsTenant(rack, await rootsOfBoth());
    saved = await lookAt(rack, await rootsOfBoth());
    expect(new Set(saved.map(({ digest }) => digest)).size).toBe(2);
    await good(['backup', 'run', '1-2', '--controller', '--no-trial']);
    await rack.inside('controller', ['sh', '-c', `rm -rf ${await rootOf(1)}/* ${await rootOf(2)}/home`]);
    await good(['backup', 'restore', '1-2', '--yes']);
    await expectAsSaved();
    expect(await boardReads(1, 'home/pi/work/-rf')).toBe('dash');
    const { slots, troubles } = await rack.client.status();
    expect(troubles).toEqual([]);
    expect(slots.map(({ condition }) => condition)).toEqual(['up', 'off', 'up']);
  });

  it('gives one path back, out of the rack and into the root', { timeout: ALL }, async () => {
    const out = join(elsewhere, 'out');
    await good(['backup', 'restore', '2', '--path', '/home/pi/work', '--to', out]);
    await good(['backup', 'restore', '1', '--path', '/home/pi/work', '--into', '/root/restored']);
    const [one, two] = await rootsOfBoth();
    const trees = [`${two}/home/pi/work`, `${out}/work`, `${one}/home/pi/work`, `${one}/root/restored/work`];
    const [outside, copied, inside, put] = await lookAt(rack, trees);
    expect([copied?.digest, put?.digest]).toEqual([outside?.digest, inside?.digest]);
    expect([copied?.names.length, put?.names.length]).toEqual([19, 19]);
  });

  it('comes back when the controller’s disk is gone with all roots, boards dark until theirs is back', {
    timeout: ALL,
  }, async () => {
    const { directory } = rack;
    const before = new Map(
      ['rack.yaml', 'community', 'key'].map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
    );
    await rack.end();
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
    const place = ['--repository', join(elsewhere, 'repository'), '--password-file', password];
    const restored = await good(['backup', 'restore', '--controller', ...place]);
    expect(restored.stdout).toContain('roots to be restored when it serves, before their boards get power: slots 1-2');
    expect(restored.stdout).toContain('no backup, and a fresh root: slots 3');
    expect(readFileSync(join(directory, 'rack.yaml'), 'utf8')).toBe(before.get('rack.yaml'));
    expect(readFileSync(join(directory, 'community'), 'utf8')).toBe(before.get('community'));

    rack = await RigRack.serveFrom(directory, LIMIT);
    const back = (now: StatusView) => now.slots.map(({ condition }) => condition).join() === 'up,off,up';
    await rack.until(back, LIMIT, 'boards 1 and 3 up, and 2 off as it was');
    await expect
      .poll(async () => (await rack.client.jobs(9)).map(({ kind, slot, state }) => `${kind} ${slot} ${state}`).sort(), {
        timeout: LIMIT,
        interval: 500,
      })
      .toEqual(['backup 0 done', 'backup 0 failed', 'restore 1 done', 'restore 2 done']);
    await expectAsSaved();
    expect(await boardReads(1, 'home/pi/work/-rf')).toBe('dash');
    // No board had power with another root than its own.
    const boards = (await rack.sim('GET', '/boards')) as { slot: number; bootCount: number }[];
    expect(boards.map(({ slot, bootCount }) => [slot, bootCount])).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
    ]);
  });
});
