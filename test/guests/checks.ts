/** What the programs in a guest share: a shell's words, and a line for each thing that was tried. */
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';

/** Output of a program, or its words of refusal. */
export function sh(command: string): string {
  try {
    return execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `failed: ${stdout}${stderr}`.trim();
  }
}

export function check(name: string, expected: unknown, got: unknown): void {
  if (isDeepStrictEqual(expected, got)) console.log(`ok ${name}`);
  else console.log(`FAIL ${name}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}
