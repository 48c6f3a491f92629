import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { makeFakeImage } from './support/fake-image.ts';
import { sealed } from './support/sealed.ts';

interface RackResult {
  first: {
    made: [number, string, boolean][];
    failed: number;
    exports: object;
    progress: number;
    listed: { id: number; clients: string[] }[];
  };
  hostNames: string[];
  machineIds: number;
  users: string[];
  foreign: string[];
  written: { onServer: string[]; back: string; neighbour: string; image: string[] };
  disturbed: {
    hashes: string[];
    wantedHash: string;
    rounds: number;
    removed: number;
    added: number;
    others: number[];
    witnessed: boolean;
  };
  afterKill: { listed: number; hostNames: string[] };
  afterBus: { listed: number; hostNames: string[] };
  afterRpcbind: string;
  adopted: { samePid: boolean; made: number; exports: object };
  unexported: string;
  fresh: { made: number[]; exports: object; hostName: string; gone: string };
  stopped: { running: boolean; processes: (number | null)[] };
}

const PROGRAMS = [
  'unshare',
  'ip',
  'mount',
  'ganesha.nfsd',
  'rpcbind',
  'dbus-daemon',
  'dbus-send',
  'nfs-cat',
  'nfs-cp',
  'pgrep',
];
/** Every board's host name, by NFSv3 and NFSv4. */
const NAMES = [1, 2, 3, 4].flatMap((slot) => [`pi${slot}\n`, `pi${slot}\n`]);

describeWith({ root: true, programs: PROGRAMS })('roots of four boards, served by nfs-ganesha', () => {
  let scratch: string;
  let result: RackResult;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'pirack-roots-'));
    const image = makeFakeImage(join(scratch, 'image'));
    result = await sealed<RackResult>('rack.ts', [scratch, image], { limit: 150_000 });
  }, 160_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test('every board gets its own root, exported to it alone', () => {
    expect(result.first.made.sort()).toEqual([1, 2, 3, 4].map((slot) => [slot, 'overlay', true]));
    expect(result.first).toMatchObject({
      failed: 0,
      progress: 4,
      exports: { added: 0, removed: 0, replaced: 0, unchanged: 4 },
    });
    const clients = result.first.listed.map(({ id, clients }) => [id, clients]).sort();
    expect(clients).toEqual([1, 2, 3, 4].map((slot) => [1000 + slot, [`10.20.${slot}.2`]]));
  });

  test('boards read by NFSv3 and NFSv4, each under its own name and machine id', () => {
    expect(result.hostNames).toEqual(NAMES);
    expect(result.machineIds).toBe(4);
  });

  test('on a board, users have the rights that its files give them', () => {
    expect(result.users).toEqual(['read', 'ACCESS denied']);
  });

  test('a board is refused another board’s root by every address, and not its own', () => {
    expect(result.foreign).toEqual([
      'MNT3ERR_ACCES',
      'MNT3ERR_ACCES',
      'read',
      'NFS4ERR_NOENT',
      'NFS4ERR_NOENT',
      'read',
    ]);
  });

  test('what a board writes is in its root only', () => {
    expect(result.written).toEqual({
      onServer: ['from the board', 'from the board'],
      back: 'from the board',
      neighbour: 'NFS3ERR_NOENT',
      image: [],
    });
  });

  test('an export comes and goes without disturbing a reader of another', () => {
    const { disturbed } = result;
    expect(disturbed.hashes).toEqual([disturbed.wantedHash]);
    expect(disturbed.rounds).toBeGreaterThan(0);
    expect([disturbed.removed, disturbed.added]).toEqual([disturbed.rounds, disturbed.rounds]);
    expect(disturbed.others).toEqual([3]);
    expect(disturbed.witnessed).toBe(true);
  });

  test('a killed server is started again with its exports', () => {
    expect(result.afterKill).toEqual({ listed: 4, hostNames: NAMES });
  });

  test('a killed message bus is survived, and so is a killed rpcbind', () => {
    expect(result.afterBus).toEqual({ listed: 4, hostNames: NAMES });
    expect(result.afterRpcbind).toBe('pi1\n');
  });

  test('the next controller adopts the server and the roots as they are', () => {
    expect(result.adopted).toEqual({
      samePid: true,
      made: 0,
      exports: { added: 0, removed: 0, replaced: 0, unchanged: 4 },
    });
  });

  test('a replaced root is served at once, and the old one is gone', () => {
    expect(result.unexported).toBe('MNT3ERR_ACCES');
    expect(result.fresh).toMatchObject({
      made: [1],
      exports: { added: 1, unchanged: 3 },
      hostName: 'pi1\n',
      gone: 'NFS3ERR_NOENT',
    });
  });

  test('stop leaves no process', () => {
    expect(result.stopped).toEqual({ running: false, processes: [null, null] });
  });
});
