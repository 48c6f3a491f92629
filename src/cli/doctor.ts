import { Command } from 'commander';
import { examineMachine, type Finding } from '../health/machine.ts';
import { examineNative } from '../net/native.ts';
import { examineRootsDirectory } from '../roots/doctor.ts';
import { EXIT } from './exit.ts';
import { cacheDirectory, stateRoot } from './places.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what this machine can and cannot do, and what to install')
    .option('--json', 'print the findings as JSON')
    .option('--state <dir>', 'directory that holds the racks’ state: its file system decides how roots are cloned')
    .addHelpText('after', '\nExit code 0: nothing is missing. 1: something is, and the way to mend it is printed.')
    .action(async (options: { json?: boolean; state?: string }) => {
      const findings = await examine(options.state);
      console.log(options.json ? JSON.stringify(findings, null, 2) : findings.map(describe).join('\n'));
      process.exitCode = findings.some((finding) => finding.grade === 'missing') ? EXIT.failed : EXIT.done;
    });
}

async function examine(state: string | undefined): Promise<readonly Finding[]> {
  return [
    ...(await examineMachine(process.env.PATH ?? '')),
    examineNative(),
    ...(await examineRootsDirectory(stateRoot(state), cacheDirectory())),
  ];
}

const MARK = { ok: 'ok      ', degraded: 'degraded', missing: 'MISSING ' } as const;

function describe({ subject, grade, text, fix }: Finding): string {
  return `${MARK[grade]}  ${subject}: ${text}${fix === undefined ? '' : `\n          to mend it: ${fix}`}`;
}
