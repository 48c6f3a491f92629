import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiskError } from '../../../src/roots/disk/disk.ts';
import { Budget, DEFAULT_LIMITS } from '../../../src/roots/import/budget.ts';
import { ByteQueue } from '../../../src/roots/import/byte-queue.ts';
import { ImageTooLarge, ImportRefused, UnsafeMember } from '../../../src/roots/import/errors.ts';
import { readTar } from '../../../src/roots/import/tar.ts';
import { TreeWriter } from '../../../src/roots/import/tree-writer.ts';
import { describeWith } from '../../support/needs.ts';
import { scratchDirectory } from '../support/fake-image.ts';
import { archive, header, member } from './support/tar.ts';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The entries, files with their text. */
async function entries(bytes: Uint8Array, chunk = 1000): Promise<string[]> {
  const told: string[] = [];
  for await (const entry of readTar(new ByteQueue(chunked(bytes, chunk)))) {
    let detail = '';
    if (entry.kind === 'file')
      for await (const piece of entry.pieces()) detail += Buffer.from(piece.bytes).toString('latin1');
    else if (entry.kind === 'link') detail = entry.target;
    else if (entry.kind === 'same') detail = entry.as;
    else if (entry.kind === 'special') detail = entry.what;
    told.push(`${entry.kind} ${entry.path} ${detail}`);
  }
  return told;
}

async function unpack(bytes: Uint8Array, top: string, limits = DEFAULT_LIMITS): Promise<TreeWriter> {
  const writer = new TreeWriter(top, { budget: new Budget(top, limits) });
  await writer.write(readTar(new ByteQueue(chunked(bytes, 777))));
  return writer;
}

describe('tar', () => {
  test('names what an archive holds', async () => {
    const bytes = archive(
      member('./', '5'),
      member('./etc/', '5'),
      member('etc/passwd', '0', 'root'),
      member('etc/link', '2', '', { linkName: '../../outside' }),
      member('etc/same', '1', '', { linkName: './etc/passwd' }),
      member('dev/null', '3'),
      member('pipe', '6'),
    );
    const wanted = [
      'directory  ',
      'directory etc ',
      'file etc/passwd root',
      'link etc/link ../../outside',
      'same etc/same etc/passwd',
      'special dev/null character device',
      'special pipe pipe',
    ];
    expect(await entries(bytes)).toEqual(wanted);
    expect(await entries(bytes, 1)).toEqual(wanted);
  });

  test.each([
    ['an absolute path', member('/etc/passwd', '0', 'x'), 'an absolute path'],
    ['a path with ..', member('a/../../etc/passwd', '0', 'x'), 'a path with ..'],
    ['another name of an outside file', member('x', '1', '', { linkName: '../etc/shadow' }), 'a path with ..'],
    ['a member with holes', member('x', 'S', ''), 'stored with holes'],
    ['a kind that is not known', member('x', 'Q', ''), 'of the type "Q"'],
    [
      'a name of 300 characters',
      member('x', '0', '', { pax: { path: 'y'.repeat(300) } }),
      'a name of more than 255 bytes',
    ],
  ])('refuses %s', async (_, bytes, told) => {
    const failure = await entries(archive(bytes)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsafeMember);
    expect((failure as Error).message).toContain(told);
  });

  test.each([
    [
      'one that ends in a file',
      archive(member('x', '0', 'y'.repeat(2000))).subarray(0, 1500),
      'ends in the middle of a member',
    ],
    ['one that ends between members', member('x', '0', 'y'), 'ends without its last block'],
    ['a wrong checksum', archive(header('x', '0', 0).fill(0x39, 0, 5)), 'the checksum of a header is wrong'],
    ['records that are none', archive(member('x', 'x', '999 path=a\n')), 'a pax record that is none'],
    ['records without end', archive(header('x', 'x', 2_000_000)), 'a header of 2000000 bytes'],
    [
      'a size beyond numbers',
      archive(member('x', '0', '', { pax: { size: '9'.repeat(16) } })),
      'a size that is no number',
    ],
  ])('refuses an archive: %s', async (_, bytes, told) => {
    const failure = await entries(bytes).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DiskError);
    expect((failure as Error).message).toContain(told);
  });

  test('any bytes end in entries or in a typed error', async () => {
    const good = archive(
      member('a/', '5'),
      member('a/b', '0', 'text'),
      member('c', '2', '', { linkName: 'a' }),
      member('d', '0', 'more', { pax: { path: 'longer', mtime: '1.5' } }),
    );
    const ends = new Set<string>();
    const at = fc.oneof(
      fc.nat(good.length - 1),
      fc.record({ block: fc.nat(8), field: fc.constantFrom(0, 1, 156) }).map(({ block, field }) => block * 512 + field),
    );
    const value = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('/.017QSxg')));
    const change = fc.array(fc.record({ at, value, seal: fc.boolean() }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const bytes = Uint8Array.from(good);
        for (const { at, value, seal } of changes) {
          bytes[at] = value;
          // The checksum made good again, or hardly any change is seen by what comes after it.
          if (seal) bytes.set(new TextEncoder().encode(checksumOf(bytes, at - (at % 512))), at - (at % 512) + 148);
        }
        const failure = await entries(bytes).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure !== undefined && !(failure instanceof DiskError) && !(failure instanceof UnsafeMember))
          throw failure;
        ends.add(failure === undefined ? 'entries' : (failure as Error).name);
      }),
      { numRuns: 400, seed: 20_261_125 },
    );
    expect([...ends].sort()).toEqual(['DiskError', 'UnsafeMember', 'entries']);
  });
});

function checksumOf(bytes: Uint8Array, from: number): string {
  let sum = 0;
  for (let index = 0; index < 512; index++) sum += index >= 148 && index < 156 ? 32 : (bytes[from + index] as number);
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

describeWith({ root: true, programs: ['tar'] })('unpacking', () => {
  test('never writes through a link, and says which', async () => {
    const top = scratchDirectory();
    const outside = scratchDirectory();
    const through = archive(member('evil', '2', '', { linkName: outside }), member('evil/file', '0', 'x'));
    await expect(unpack(through, top)).rejects.toThrow('refused "evil/file": "evil" is no directory but a link');
    expect(existsSync(join(outside, 'file'))).toBe(false);
    // A directory of the same name does not make it one, and a hard link reaches no further.
    // A directory of the same name takes the place of the link, and nothing is done to where it led.
    const real = scratchDirectory();
    const before = statSync(outside).mode;
    await unpack(archive(member('evil', '2', '', { linkName: outside }), member('evil', '5')), real);
    expect([lstatSync(join(real, 'evil')).isDirectory(), statSync(outside).mode]).toEqual([true, before]);
    writeFileSync(join(outside, 'secret'), 'secret');
    const link = archive(
      member('evil', '2', '', { linkName: outside }),
      member('copy', '1', '', { linkName: 'evil/secret' }),
    );
    await expect(unpack(link, scratchDirectory())).rejects.toThrow(UnsafeMember);
  });

  test('a later member replaces an earlier one, and what is no file is told and left out', async () => {
    const top = scratchDirectory();
    const writer = await unpack(
      archive(
        member('a', '0', 'old'),
        member('b', '1', '', { linkName: 'a' }),
        member('a', '0', 'new'),
        member('null', '3'),
      ),
      top,
    );
    expect([readFileSync(join(top, 'a'), 'utf8'), readFileSync(join(top, 'b'), 'utf8')]).toEqual(['new', 'old']);
    expect(writer.dropped.special).toEqual([{ path: 'null', what: 'character device' }]);
  });

  test('ends at the limits', async () => {
    const bytes = archive(member('a', '0', 'x'.repeat(1000)), member('b', '0', 'x'.repeat(1000)));
    await expect(unpack(bytes, scratchDirectory(), { ...DEFAULT_LIMITS, bytes: 1500 })).rejects.toThrow(ImageTooLarge);
    await expect(unpack(bytes, scratchDirectory(), { ...DEFAULT_LIMITS, entries: 1 })).rejects.toThrow(ImportRefused);
    await expect(unpack(bytes, scratchDirectory(), { ...DEFAULT_LIMITS, reserve: 2 ** 60 })).rejects.toThrow(
      'are kept free',
    );
  });

  test.each(['gnu', 'pax', 'ustar'])('reads what tar(1) wrote as %s', async (format) => {
    const from = scratchDirectory();
    const name = `${'long/'.repeat(25)}Grüße ${'x'.repeat(60)}`;
    mkdirSync(join(from, name, '..'), { recursive: true });
    writeFileSync(join(from, name), 'contents');
    symlinkSync(`${'t/'.repeat(format === 'ustar' ? 20 : 80)}target`, join(from, 'link'));
    const bytes = execFileSync(
      'tar',
      ['--create', `--format=${format}`, '--numeric-owner', '--owner=4000000', '--group=5', '-C', from, '.'].map(
        (word) => (format === 'ustar' ? word.replace('4000000', '4') : word),
      ),
      { maxBuffer: 2 ** 26 },
    );
    const to = scratchDirectory();
    await unpack(bytes, to);
    expect(readFileSync(join(to, name), 'utf8')).toBe('contents');
    expect(
      execFileSync('find', [to, '-mindepth', '1', '-printf', '%y %l %m %P\n'], { encoding: 'utf8' }).split('\n').sort(),
    ).toEqual(
      execFileSync('find', [from, '-mindepth', '1', '-printf', '%y %l %m %P\n'], { encoding: 'utf8' })
        .split('\n')
        .sort(),
    );
  });
});
