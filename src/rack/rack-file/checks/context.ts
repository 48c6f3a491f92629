/** What every check is given: what could be read, and how to tell. */
import type { Path, Report } from '../problem.ts';
import type { RackFile } from '../schema.ts';
import type { Draft } from '../tolerant.ts';

export type RackFileDraft = Draft<RackFile>;
export type SwitchDraft = Draft<RackFile['switches'][number]>;
export type SlotsDraft = Draft<RackFile['slots'][number]>;

export interface CheckContext {
  readonly draft: RackFileDraft;
  readonly report: Report;
  /** Line of a value, to point at the other half of a conflict. */
  readonly lineOf: (path: Path) => number;
  /** Whether the file has anything there, readable or not: what is broken is not missing. */
  readonly isGiven: (path: Path) => boolean;
  /**
   * Names of switches and images as written, also of those that are broken otherwise: no false "unknown". Undefined
   * where the list itself is broken.
   */
  readonly switchNames: readonly string[] | undefined;
  readonly imageNames: readonly string[] | undefined;
  /** Undefined: whoever asks does not know which there are. */
  readonly driverNames: readonly string[] | undefined;
}

/** The entries that could be read, with their place in the list. */
export function* entriesOf<T>(list: readonly (T | undefined)[] | undefined): Generator<readonly [number, T]> {
  for (const [index, item] of (list ?? []).entries()) if (item !== undefined) yield [index, item];
}

/** The switch that a slots entry names, if there is one that could be read. */
export function switchOf(context: CheckContext, name: string | undefined): SwitchDraft | undefined {
  if (name === undefined) return undefined;
  for (const [, item] of entriesOf(context.draft.switches)) if (item.name === name) return item;
  return undefined;
}

/** Reports every value that came before; `first` remembers where. */
export function reportRepeats(
  context: CheckContext,
  first: Map<string, Path>,
  value: string,
  path: Path,
  message: (line: number) => string,
  expected: string,
): void {
  const before = first.get(value);
  if (before) context.report(path, message(context.lineOf(before)), expected);
  else first.set(value, path);
}

/** `slot 7 is`, `slots 7-9 are`; the numbers already formatted. */
export function counted(
  noun: string,
  numbers: string,
  verbs: readonly [one: string, many: string] = ['is', 'are'],
): string {
  const many = /\d-[^-]*\d$|,/.test(numbers);
  return many ? `${noun}s ${numbers} ${verbs[1]}` : `${noun} ${numbers} ${verbs[0]}`;
}
