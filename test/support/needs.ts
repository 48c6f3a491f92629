import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { findProgram as installed } from '../../src/net/run.ts';

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

/** Full path of an installed program. */
export function findProgram(name: string): string | undefined {
  return installed(name, process.env.PATH ?? '');
}
