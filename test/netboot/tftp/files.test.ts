import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore, type HeldFile } from '../../../src/netboot/tftp/files.ts';
import { ManualClock } from './manual-clock.ts';

interface FakeBody {
  readonly length: number;
  readonly bytes: Uint8Array;
  released: boolean;
  release(): void;
}

let directory: string;
let bodies: FakeBody[];
let clock: ManualClock;

const register = (bytes: Uint8Array): FakeBody => {
  const body: FakeBody = {
    length: bytes.length,
    bytes,
    released: false,
    release() {
      this.released = true;
    },
  };
  bodies.push(body);
  return body;
};
const store = (maxBytes = 1000) => new FileStore({ clock, register, maxBytes });
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);

async function hold(from: FileStore<FakeBody>, path: string): Promise<HeldFile<FakeBody>> {
  const found = await from.open(directory, path);
  if (found.kind !== 'file') throw new Error(`${path} is ${found.kind}`);
  return found.file;
}

async function text(from: FileStore<FakeBody>, path: string): Promise<string> {
  const file = await hold(from, path);
  file.done();
  return Buffer.from(file.body.bytes).toString();
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-files-'));
  bodies = [];
  clock = new ManualClock();
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('files', () => {
  it('are read whole, more than one piece of them, and empty ones', async () => {
    const large = Buffer.alloc((2 << 20) + 7, 'pirack');
    writeFileSync(join(directory, 'kernel8.img'), large);
    write('empty', '');
    const files = store(4 << 20);
    const file = await hold(files, 'kernel8.img');
    expect(file.size).toBe(large.length);
    expect(large.equals(file.body.bytes)).toBe(true);
    expect((await hold(files, 'empty')).size).toBe(0);
  });

  it('are read once, by however many boards at once and by whatever path', async () => {
    write('a', 'content');
    linkSync(join(directory, 'a'), join(directory, 'b'));
    symlinkSync('a', join(directory, 'c'));
    const files = store();
    const all = await Promise.all(['a', 'a', 'b', 'c'].map((name) => text(files, name)));
    expect(all).toEqual(['content', 'content', 'content', 'content']);
    expect(bodies).toHaveLength(1);
    expect(files.stats).toEqual({ files: 1, bytes: 7 });
  });

  it('are read again when they changed, at most a second later', async () => {
    write('a', 'one');
    const files = store();
    expect(await text(files, 'a')).toBe('one');
    write('a', 'two');
    utimesSync(join(directory, 'a'), 1, 1);
    expect(await text(files, 'a')).toBe('one');
    clock.advance(1000);
    expect(await text(files, 'a')).toBe('two');
  });

  it('are read again when another file took their place', async () => {
    write('a', 'one');
    const files = store();
    await text(files, 'a');
    write('b', 'two');
    renameSync(join(directory, 'b'), join(directory, 'a'));
    clock.advance(1000);
    expect(await text(files, 'a')).toBe('two');
  });

  it('keep their old content for who holds it', async () => {
    write('a', 'one');
    const files = store();
    const held = await hold(files, 'a');
    write('a', 'two!');
    clock.advance(1000);
    expect(await text(files, 'a')).toBe('two!');
    expect(Buffer.from(held.body.bytes).toString()).toBe('one');
    expect(held.body.released).toBe(false);
  });

  it('are absent where there is nothing, in time to come as well', async () => {
    const files = store();
    expect(await files.open(directory, 'a')).toEqual({ kind: 'absent' });
    write('a', 'now');
    expect(await files.open(directory, 'a/b')).toEqual({ kind: 'absent' });
    expect(await files.open(directory, 'x'.repeat(300))).toEqual({ kind: 'absent' });
    expect(await text(files, 'a')).toBe('now');
  });

  it('made of text are shared by content', async () => {
    const files = store();
    const [a, b] = [await files.text('arm_64bit=1\n'), await files.text('arm_64bit=1\n')];
    expect(Buffer.from(a.body.bytes).toString()).toBe('arm_64bit=1\n');
    expect(b.body).toBe(a.body);
  });
});

describe('what is no boot file', () => {
  it('a link out of the directory, or to a directory beside it with the same beginning', async () => {
    const boot = join(directory, 'boot');
    mkdirSync(boot);
    mkdirSync(join(directory, 'boot2'));
    writeFileSync(join(directory, 'boot2', 'secret'), 'secret');
    symlinkSync('/etc/hostname', join(boot, 'out'));
    symlinkSync('../boot2/secret', join(boot, 'beside'));
    symlinkSync('..', join(boot, 'up'));
    const files = store();
    for (const path of ['out', 'beside', 'up/boot2/secret', '../boot2/secret']) {
      expect(await files.open(boot, path)).toMatchObject({ kind: 'outside' });
    }
    expect(bodies).toHaveLength(0);
  });

  it('a directory, or a pipe that nobody writes to', async () => {
    mkdirSync(join(directory, 'overlays'));
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    const files = store();
    for (const path of ['overlays', 'pipe']) {
      expect(await files.open(directory, path)).toEqual({ kind: 'outside', reason: 'not a regular file' });
    }
  });

  it('a link that leads in circles, or a directory that is not there, is an error with its cause', async () => {
    symlinkSync('loop', join(directory, 'loop'));
    const files = store();
    await expect(files.open(directory, 'loop')).rejects.toMatchObject({ name: 'BootFileError', reason: 'unreadable' });
    await expect(files.open(join(directory, 'gone'), 'a')).rejects.toMatchObject({
      name: 'BootFileError',
      message: expect.stringContaining('gone'),
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });
});

describe('memory', () => {
  it('is filled before a board asks, with the files of all folders', async () => {
    mkdirSync(join(directory, 'overlays'));
    write('a', 'one');
    write('overlays/b', 'two!');
    symlinkSync('/etc/hostname', join(directory, 'out'));
    const files = store();
    await files.warm(directory);
    expect(files.stats).toEqual({ files: 2, bytes: 7 });
    await text(files, 'overlays/b');
    expect(bodies).toHaveLength(2);
    await files.warm(join(directory, 'gone'));
  });

  it('is filled by half at most, and a file more', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) write(name, name.repeat(200));
    const files = store();
    await files.warm(directory);
    expect(files.stats).toEqual({ files: 3, bytes: 600 });
  });

  it('keeps what was used last', async () => {
    for (const name of ['a', 'b', 'c']) write(name, name.repeat(400));
    const files = store();
    await text(files, 'a');
    await text(files, 'b');
    await text(files, 'a');
    await text(files, 'c');
    expect(bodies.map(({ released }) => released)).toEqual([false, true, false]);
    expect(files.stats).toEqual({ files: 2, bytes: 800 });
    await text(files, 'a');
    expect(bodies).toHaveLength(3);
  });

  it('does not let go what is held, and refuses what does not fit beside it', async () => {
    for (const name of ['a', 'b', 'c']) write(name, name.repeat(400));
    const files = store();
    const a = await hold(files, 'a');
    const b = await hold(files, 'b');
    await expect(files.open(directory, 'c')).rejects.toMatchObject({
      reason: 'no-room',
      message: 'a file of 400 bytes does not fit: 800 of 1000 bytes in use',
    });
    expect(bodies.some(({ released }) => released)).toBe(false);
    a.done();
    a.done();
    expect(await text(files, 'c')).toBe('c'.repeat(400));
    expect(bodies.map(({ released }) => released)).toEqual([true, false, false]);
    b.done();
  });

  it('is not exceeded by files that are read at the same time', async () => {
    for (const name of ['a', 'b', 'c']) write(name, name.repeat(400));
    const files = store();
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => hold(files, name)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(files.stats.bytes).toBe(800);
  });

  it('is given back by a file that could not be read', async () => {
    write('a', 'x'.repeat(600));
    const broken = new FileStore<FakeBody>({
      clock,
      maxBytes: 1000,
      register: () => {
        throw new Error('no memory');
      },
    });
    for (let i = 0; i < 3; i++) await expect(broken.open(directory, 'a')).rejects.toThrow('cannot read');
    expect(broken.stats).toEqual({ files: 0, bytes: 0 });
  });
});
