/** The add-on built with AddressSanitizer, outside the working tree, once per version of its sources. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../src/net/run.ts';
import { seconds } from '../../../src/rack/units.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCES = join(ROOT, 'native');

/** Path of the built add-on. */
export async function buildWithSanitizer(): Promise<string> {
  const files = readdirSync(SOURCES).filter((name) => /\.(cc|h|gyp)$/.test(name));
  const hash = createHash('sha256').update(process.version);
  for (const name of files) hash.update(name).update(readFileSync(join(SOURCES, name)));
  const directory = join(tmpdir(), `pirack-asan-${process.getuid?.()}-${hash.digest('hex').slice(0, 16)}`);
  const built = join(directory, 'build/Release/pirack_net.node');
  if (existsSync(built)) return built;

  const work = mkdtempSync(join(tmpdir(), 'pirack-asan-build-'));
  for (const name of files) cpSync(join(SOURCES, name), join(work, name));
  const gyp = join(ROOT, 'node_modules/node-gyp/bin/node-gyp.js');
  const nodedir = dirname(dirname(process.execPath)); // its include/node has the headers of this very Node
  const args = ['rebuild', `--directory=${work}`, `--nodedir=${nodedir}`, '--asan=1', '--jobs=2'];
  // node-gyp would take npm_config_nodedir and the like, set by npm, for options of its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  await run(process.execPath, [gyp, ...args], { env, timeout: seconds(200) });
  try {
    renameSync(work, directory);
  } catch (error) {
    if (!existsSync(built)) throw error; // else another run was quicker
    rmSync(work, { recursive: true });
  }
  return built;
}

/** Path of gcc's AddressSanitizer, which must be loaded before anything else. */
export async function sanitizerLibrary(): Promise<string> {
  return (await run('gcc', ['-print-file-name=libasan.so'])).stdout.trim();
}
