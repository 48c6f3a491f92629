import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../rack/plan.ts';
import { formatProblem, loadRackFile, type RackFileResult } from '../rack/rack-file.ts';
import { CliError, EXIT } from './exit.ts';
import { cacheDirectory, stateRoot } from './places.ts';

/** Reads a rack file; what is wrong with the file itself, such as its not being there, becomes a CliError. */
export function loadFile(file: string, root: string = stateRoot(undefined)): RackFileResult {
  return loadRackFile(read(file), {
    path: file,
    cacheDirectory: cacheDirectory(),
    stateDirectory: (rack) => join(root, rack),
  });
}

/** The plan of a rack file; its problems become one CliError, and warnings go to standard error. */
export function readPlan(file: string, root: string): Plan {
  const { plan, problems } = loadFile(file, root);
  const lines = problems.map(formatProblem);
  if (plan === undefined) throw new CliError(EXIT.failed, `${file} cannot be served:\n${lines.join('\n')}`);
  for (const line of lines) console.error(line);
  return plan;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a directory'
          : code === 'EACCES'
            ? 'this user may not read it'
            : (cause as Error).message;
    throw new CliError(EXIT.failed, `${file}: ${why}; expected a rack file`, { cause });
  }
}
