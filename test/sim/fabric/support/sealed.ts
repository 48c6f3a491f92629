/** Runs a scenario of `inside.ts` in a bundle of its own, and gives what it found. */
import { fileURLToPath } from 'node:url';
import { launchBundle, namespacesOf } from '../../../../src/sim/bundle/launch.ts';

const INSIDE = fileURLToPath(new URL('./inside.ts', import.meta.url));
const LIMIT_MS = 90_000;

/** Rejects when the scenario fails, with what it printed. Everything that it started dies with it. */
export function runSealed<T>(scenario: string): Promise<T> {
  const args = ['--disable-warning=ExperimentalWarning', INSIDE, scenario, JSON.stringify(namespacesOf('self'))];
  const child = launchBundle(process.execPath, args, ['ignore', 'pipe', 'pipe']);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const result = /^result (.*)$/m.exec(output)?.[1];
      if (code === 0 && result !== undefined) resolve(JSON.parse(result) as T);
      else reject(new Error(`scenario ${scenario} ended with ${code ?? signal}\n${output}${errors}`));
    });
  });
}
