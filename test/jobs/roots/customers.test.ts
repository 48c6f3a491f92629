import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceAuthorizedKeys } from '../../../src/roots/personalise/authorized-keys.ts';
import { ended } from '../durable/support.ts';
import { Life, request, World } from './world.ts';

const done = async (world: World, kind: string, parameters: object = {}) => {
  const { runner } = world.begin();
  return ended(runner, (await runner.ask(request(kind, parameters))).id);
};

describe('a board for a customer', () => {
  it('has a fresh root, and nothing of the one before is kept', async () => {
    const world = new World();
    expect(await done(world, 'provision', { image: 'debian' })).toMatchObject({ state: 'done' });
    expect(world.rows()).toEqual(['slot-001 doomed', 'slot-001.2 current']);
    expect([world.exported, world.booted, world.port, world.wrong]).toEqual([['slot-001.2'], 'slot-001.2', 'on', []]);
  });

  it('that does not boot is given up, and the slot is as it was', async () => {
    const world = new World();
    expect(await done(world, 'provision', { image: 'bad@1' })).toMatchObject({
      state: 'failed',
      failure: { code: 'no_boot' },
    });
    expect(world.rows()).toEqual(['slot-001 current', 'slot-001.2 doomed']);
    expect([world.exported, world.port]).toEqual([['slot-001'], 'on']);
  });
});

describe('a board that comes back', () => {
  it('is dark, and its root is a fresh one', async () => {
    const world = new World();
    expect(await done(world, 'release')).toMatchObject({ state: 'done' });
    expect(world.rows()).toEqual(['slot-001 doomed', 'slot-001.2 current']);
    expect([world.wanted, world.port, world.exported]).toEqual(['off', 'off', ['slot-001.2']]);
  });

  it('ends so wherever the controller dies, and never boots again with what the customer left', async () => {
    for (let moments = 1; moments < 200; moments++) {
      const world = new World();
      const life = new Life(moments);
      const { runner } = world.begin(life);
      const asked = runner.ask(request('release', {})).catch(() => undefined);
      await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 20))]);
      for (let turns = 0; turns < 200 && !life.over; turns++) await new Promise((resolve) => setImmediate(resolve));
      if (!life.over) {
        expect(moments).toBeGreaterThan(10);
        return;
      }
      const after = world.begin();
      for (const job of after.runner.list(10)) await ended(after.runner, job.id);
      if (after.runner.list(10).length === 0) continue;
      expect(world.rows().filter((row) => row.endsWith('current'))).not.toEqual(['slot-001 current']);
      expect([world.wanted, world.port]).toEqual(['off', 'off']);
    }
    throw new Error('expected a life that is long enough');
  });
});

describe('keys in a root that is used', () => {
  const withRoot = async (use: (root: string) => Promise<void>) => {
    const root = mkdtempSync(join(tmpdir(), 'pirack-keys-'));
    try {
      await use(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };

  it('are replaced as a whole, for root alone, and removed when there are none', () =>
    withRoot(async (root) => {
      await replaceAuthorizedKeys(root, ['ssh-ed25519 AAAA one', 'ssh-rsa BBBB two']);
      const file = join(root, 'root/.ssh/authorized_keys');
      expect(readFileSync(file, 'utf8')).toBe('ssh-ed25519 AAAA one\nssh-rsa BBBB two\n');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await replaceAuthorizedKeys(root, []);
      expect(existsSync(file)).toBe(false);
      await replaceAuthorizedKeys(root, []);
    }));

  it('leave the controller’s where it is, and do not bring back one that the tenant took out', () =>
    withRoot(async (root) => {
      const ours = 'ssh-ed25519 CCCC';
      const file = join(root, 'root/.ssh/authorized_keys');
      await replaceAuthorizedKeys(root, ['ssh-ed25519 AAAA one'], ours);
      expect(readFileSync(file, 'utf8')).toBe('ssh-ed25519 AAAA one\n');
      writeFileSync(file, `ssh-ed25519 AAAA one\nrestrict,command="/sbin/reboot" ${ours} x\n`);
      await replaceAuthorizedKeys(root, ['ssh-ed25519 DDDD two'], ours);
      expect(readFileSync(file, 'utf8')).toMatch(
        /^ssh-ed25519 DDDD two\n#.*\nrestrict,command="[^"]*" ssh-ed25519 CCCC /,
      );
      await replaceAuthorizedKeys(root, [], ours);
      expect(readFileSync(file, 'utf8')).toMatch(/^#.*\nrestrict.*\n$/);
      writeFileSync(file, `# restrict,command="/sbin/reboot" ${ours} x\n`);
      await replaceAuthorizedKeys(root, [], ours);
      expect(existsSync(file)).toBe(false);
    }));

  it('never leave the root, whatever links the tenant made', () =>
    withRoot(async (root) => {
      const outside = mkdtempSync(join(tmpdir(), 'pirack-outside-'));
      writeFileSync(join(outside, 'authorized_keys'), 'ours');
      mkdirSync(join(root, 'root'));
      symlinkSync(outside, join(root, 'root/.ssh'));
      await expect(replaceAuthorizedKeys(root, ['ssh-ed25519 AAAA evil'])).rejects.toThrow();
      await replaceAuthorizedKeys(root, []).catch(() => undefined);
      expect(readFileSync(join(outside, 'authorized_keys'), 'utf8')).toBe('ours');
      rmSync(outside, { recursive: true });
    }));
});
