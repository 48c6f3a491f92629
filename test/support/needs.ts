import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/**
 * A `describe` for tests that need more than this process: root, programs, files. Without them it is skipped with the
 * reason in its title; with PIRACK_NO_SKIP=1 (as in CI) what is missing is a failure instead.
 */
export function describeWith(needs: { root?: boolean; programs?: readonly string[]; files?: readonly string[] }) {
  const missing = [
    ...(needs.root && process.getuid?.() !== 0 ? ['root'] : []),
    ...(needs.programs ?? []).filter((name) => !findProgram(name)),
    ...(needs.files ?? []).filter((path) => !existsSync(path)),
  ];
  if (missing.length === 0) return (title: string, body: () => void) => describe(title, body);
  if (process.env.PIRACK_NO_SKIP === '1') {
    return (title: string, _body: () => void) =>
      describe(title, () => {
        throw new Error(`skips are failures here, and this needs: ${missing.join(', ')}`);
      });
  }
  return (title: string, body: () => void) => describe.skip(`${title} (needs ${missing.join(', ')})`, body);
}

/** Full path of a program on PATH or in the places where Debian keeps daemons. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const directory of directories) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here: look in the next directory.
    }
  }
  return undefined;
}
