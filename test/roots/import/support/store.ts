import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { run } from '../../../../src/net/run.ts';
import { ImageStore } from '../../../../src/roots/image-store/store.ts';
import { type Imported, type ImportOptions, importImage } from '../../../../src/roots/import/index.ts';

export const openStore = (directory: string): ImageStore => new ImageStore(directory, run);

/** Without waiting for the disk: a test is over before the machine is. */
const quick: ImportOptions['run'] = (program, args, options) =>
  run(program === 'sync' ? 'true' : program, args, options);

export const takeIn = (store: ImageStore, source: string, options: Partial<ImportOptions> = {}): Promise<Imported> =>
  importImage(new ImageStore(store.directory, quick), {
    source,
    name: 'test',
    version: '1',
    run: quick,
    now: () => new Date('2026-11-25T00:00:00Z'),
    ...options,
  });

/** What an import that failed left in the store: must be nothing. */
export const leftIn = (store: ImageStore): string[] =>
  existsSync(store.directory) ? readdirSync(store.directory) : [];

/** Every file below a directory as find(1) tells it: type, mode, owner, links, size, target, hash. */
export function listing(top: string): string[] {
  const found = execFileSync('find', [top, '-printf', '%y %m %U:%G %n %l %P\\n'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const hashes = execFileSync(
    'sh',
    ['-c', 'cd "$1" && find . -type f -size -60M -print0 | LC_ALL=C sort -z | xargs -0r sha256sum', 'sh', top],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  return [
    ...found.split('\n').map((line) => (line.startsWith('d') ? line.replace(/^(d \S+ \S+) \d+/, '$1') : line)),
    ...hashes.split('\n'),
  ].sort();
}
