/** First process of a test's bundle: prepares it as the real supervisor does, and plays one scenario. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { run } from '../../../../src/net/run.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import { assertFresh, assertSealed } from '../../../../src/sim/bundle/sealed.ts';
import { scenarios } from './scenarios.ts';

const [name = '', proof = ''] = process.argv.slice(2);
const outside = JSON.parse(proof) as Namespaces;
assertSealed(outside);
assertFresh();
await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
mkdirSync('/run/netns');
writeFileSync('/run/community', 'virtual\n', { mode: 0o600 });
await run('ip', ['link', 'set', 'lo', 'up']);
const scenario = scenarios[name];
if (!scenario) throw new Error(`no scenario ${name}`);
const result = await scenario(outside);
process.stdout.write(`result ${JSON.stringify(result)}\n`);
process.exit(0);
