/** When files were changed: not when somebody happened to build them. */
import { runProgram } from './program.ts';

/** Gives what was changed after `date`, in seconds since 1970, that time; links are not followed. */
export async function noneYounger(
  directories: readonly string[],
  date: number,
  signal?: AbortSignal | undefined,
): Promise<void> {
  const touch = ['touch', '-h', '-d', `@${date}`, '--', '{}', '+'];
  await runProgram('find', [...directories, '-xdev', '-newermt', `@${date}`, '-exec', ...touch], { signal });
}
