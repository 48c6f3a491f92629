import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { Namespaces } from '../sim/bundle/launch.ts';
import { superviseBundle } from '../sim/bundle/supervise.ts';
import { readPlan } from './rack-file.ts';

const NODE = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const SIM = fileURLToPath(new URL('../sim/main.ts', import.meta.url));

/** What `pirack serve` runs as the first process of a virtual rack's bundle; not for people. */
export function bundleCommand(): Command {
  return new Command('bundle')
    .argument('<rack-file>')
    .requiredOption('--state <dir>')
    .requiredOption('--sealed-from <namespaces>')
    .action(async (file: string, options: { state: string; sealedFrom: string }) => {
      process.exitCode = await supervise(file, options.state, options.sealedFrom);
      // Whatever is left of the bundle ends with its first process.
      process.exit();
    });
}

function supervise(file: string, root: string, sealedFrom: string): Promise<number> {
  const plan = readPlan(file, root);
  const directory = join(root, plan.rack);
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const planFile = join(directory, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  return superviseBundle({
    outside: JSON.parse(sealedFrom) as Namespaces,
    sim: [
      ...NODE,
      SIM,
      '--plan',
      planFile,
      '--control',
      join(directory, 'sim.sock'),
      '--ns-proof',
      sealedFrom,
      '--state',
      directory,
      // No kinder than real boards: every port is isolated here, and there a 3B needs to be woken (pi-boot §1.5).
      '--isolated-port-bug',
      // As they come out of the box: the controller puts the ports on their VLANs.
      '--vlans',
      'blank',
    ],
    controller: [...NODE, MAIN, 'serve', file, '--state', root, '--sealed-from', sealedFrom],
  });
}
