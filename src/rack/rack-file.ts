/** The rack file: YAML in, the plan or every problem with its line and column out. Pure; reading the file is the caller's. */
import type { Plan } from './plan.ts';
import { buildPlan, type Directories } from './rack-file/build.ts';
import { checkAddresses } from './rack-file/checks/addresses.ts';
import { checkApi } from './rack-file/checks/api.ts';
import { checkBackups } from './rack-file/checks/backups.ts';
import type { CheckContext } from './rack-file/checks/context.ts';
import { checkImages } from './rack-file/checks/images.ts';
import { checkNetwork } from './rack-file/checks/network.ts';
import { checkSlots } from './rack-file/checks/slots.ts';
import { checkSwitches } from './rack-file/checks/switches.ts';
import { placeOf, readYaml, type YamlDocument } from './rack-file/document.ts';
import { MAX_BYTES, tooLarge } from './rack-file/guard.ts';
import { type Finding, formatProblem, type Path, type Problem, reportInto } from './rack-file/problem.ts';
import { type RackFile, rackFileSchema } from './rack-file/schema.ts';
import { readTolerantly } from './rack-file/tolerant.ts';

export { formatProblem, type Problem };

/** With a plan, `problems` holds warnings only. */
export type RackFileResult =
  | { readonly plan: Plan; readonly problems: readonly Problem[] }
  | { readonly plan: undefined; readonly problems: readonly Problem[] };

/** More problems are not shown. */
const MAX_PROBLEMS = 100;

/** The plan of a rack file, or everything that is wrong with it. Never throws for any text or bytes. */
export function loadRackFile(
  content: string | Uint8Array,
  directories: Directories,
  /** What `driver:` may name; left out: anything. */
  drivers?: readonly string[],
): RackFileResult {
  const file = directories.path;
  const text = typeof content === 'string' ? content : decode(content, file);
  if (typeof text !== 'string') return { plan: undefined, problems: [text] };
  const document = readYaml(text);
  const problems = document.syntax.map(
    ({ place, message, expected }): Problem => ({
      file,
      line: place.line,
      column: place.column,
      message,
      expected,
      severity: 'error',
    }),
  );
  const isSound = document.soundUntil === Number.POSITIVE_INFINITY;
  const findings: Finding[] = [];
  if (document.value === undefined || document.value === null) {
    if (problems.length === 0) problems.push(whole(file, 'the file is empty', 'a rack file'));
    return { plan: undefined, problems: tidy(problems) };
  }
  const draft = readTolerantly(rackFileSchema, document.value, reportInto(findings));
  if (isSound) runChecks(document, draft, findings, drivers, [...(directories.storedImages?.keys() ?? [])]);
  for (const finding of findings) {
    const place = document.locate(finding.path, finding.at);
    // What reaches behind the first syntax error may be misread, and what is missing may stand there.
    if (!isSound && (finding.at === 'parent' || place.end >= document.soundUntil)) continue;
    const { message, expected, severity } = finding;
    problems.push({ file, line: place.line, column: place.column, message, expected, severity });
  }
  const shown = tidy(problems);
  if (shown.some(({ severity }) => severity === 'error')) return { plan: undefined, problems: shown };
  // Nothing was left out, so the draft is whole.
  return { plan: buildPlan(draft as RackFile, directories), problems: shown };
}

function runChecks(
  document: YamlDocument,
  draft: CheckContext['draft'],
  findings: Finding[],
  driverNames: CheckContext['driverNames'],
  storedImages: readonly string[],
): void {
  const context: CheckContext = {
    draft: typeof draft === 'object' ? draft : {},
    report: reportInto(findings),
    lineOf: (path) => document.locate(path, 'value').line,
    isGiven: (path) => valueAt(document.value, path) !== undefined,
    switchNames: namesIn(document.value, 'switches'),
    imageNames: namesIn(document.value, 'images')?.concat(storedImages),
    driverNames,
  };
  for (const check of [checkSwitches, checkSlots, checkImages, checkNetwork, checkAddresses, checkApi, checkBackups])
    check(context);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value);
}

/** The `name` of every item of a list, whatever else is wrong with the items; nothing for no list. */
function namesIn(value: unknown, key: string): string[] | undefined {
  const list = valueAt(value, [key]);
  if (list === undefined) return [];
  if (!Array.isArray(list)) return undefined;
  return list.map((item) => item?.name).filter((name) => typeof name === 'string');
}

/** The text, or why the bytes are none. */
function decode(bytes: Uint8Array, file: string): string | Problem {
  if (bytes.length > MAX_BYTES) {
    const { message, expected } = tooLarge();
    return whole(file, message, expected);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const text = new TextDecoder('latin1').decode(bytes);
    const { line, column } = placeOf(text, badByte(bytes));
    return {
      file,
      line,
      column,
      message: 'the file is not UTF-8 text',
      expected: 'a YAML text file',
      severity: 'error',
    };
  }
}

/** Offset of the first character that is no UTF-8: behind the whole characters of the longest prefix that decodes. */
function badByte(bytes: Uint8Array): number {
  const decoded = (length: number) =>
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true });
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    try {
      decoded(middle);
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return new TextEncoder().encode(decoded(good)).length;
}

function whole(file: string, message: string, expected: string): Problem {
  return { file, line: 0, column: 0, message, expected, severity: 'error' };
}

/** In the order of the text, each once, and not more than a person reads. */
function tidy(problems: Problem[]): Problem[] {
  const sorted = problems.sort((a, b) => a.line - b.line || a.column - b.column);
  const single = sorted.filter((problem, i) => {
    const before = sorted[i - 1];
    return before === undefined || formatProblem(before) !== formatProblem(problem);
  });
  if (single.length <= MAX_PROBLEMS) return single;
  const hidden = single.slice(MAX_PROBLEMS);
  const severity = hidden.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  const more: Problem = { ...whole(hidden[0]?.file ?? '', 'and more problems', ''), severity };
  return [...single.slice(0, MAX_PROBLEMS), more];
}
