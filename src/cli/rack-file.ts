import type { Plan } from '../rack/plan.ts';
import { formatProblem } from '../rack/rack-file.ts';
import { readRackFile } from './check.ts';
import { CliError, EXIT } from './exit.ts';

/** The plan of a rack file; its problems become one CliError, and warnings go to standard error. */
export function readPlan(file: string, root: string): Plan {
  const { plan, problems } = readRackFile(file, root);
  const lines = problems.map(formatProblem);
  if (plan === undefined) throw new CliError(EXIT.failed, `${file} cannot be served:\n${lines.join('\n')}`);
  for (const line of lines) console.error(line);
  return plan;
}
