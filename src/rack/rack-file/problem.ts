/** What is wrong with a rack file, where, and what was expected there. */

export interface Problem {
  /** The path as the caller gave it. */
  readonly file: string;
  /** Both counted from 1; 0 = the problem is with the file as a whole. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What would be right there; empty where the message says it all. */
  readonly expected: string;
  /** A warning does not keep the file from being used. */
  readonly severity: 'error' | 'warning';
}

/** From the top of the file to a value: keys and list indices. */
export type Path = readonly (string | number)[];

/** A problem before its place is looked up in the text. */
export interface Finding {
  readonly path: Path;
  /** The key that `path` ends in, its value, or the mapping that should have had it. */
  readonly at: 'key' | 'value' | 'parent';
  readonly message: string;
  readonly expected: string;
  readonly severity: 'error' | 'warning';
}

/** How checks tell what they find; the place is the value at `path` unless said otherwise. */
export type Report = (
  path: Path,
  message: string,
  expected: string,
  more?: { readonly at?: Finding['at']; readonly severity?: Finding['severity'] },
) => void;

/** Errors, and warnings: each is looked up in the text, and nobody reads more. Warnings never crowd out an error. */
const MAX_FINDINGS = 200;

export function reportInto(findings: Finding[]): Report {
  const count = { error: 0, warning: 0 };
  return (path, message, expected, { at = 'value', severity = 'error' } = {}) => {
    if (++count[severity] <= MAX_FINDINGS) findings.push({ path, message, expected, at, severity });
  };
}

/** `rack.yaml:3:8: port is 70000; expected …`; the position is left out where there is none. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const expected = problem.expected === '' ? '' : `; expected ${problem.expected}`;
  return `${place}: ${kind}${problem.message}${expected}`;
}
