import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory for all tests of a file, called from its beforeAll or from a describe. */
export function keptDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pirack-images-'));
  made.push(directory);
  return directory;
}

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});
