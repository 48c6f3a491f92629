/**
 * A table as `swctrl` prints it: headings, a line of dashes, rows. The dashes say where each column is, so a value with a
 * space in it ("Class 4") stays in its own. Not a documented format: anything that does not fit is an error. Pure.
 */
import { SshAnswerInvalid } from '../errors.ts';

export type TableRow = ReadonlyMap<string, string>;

export function parseTable(output: string, what: string): readonly TableRow[] {
  const lines = output.split(/\r?\n/).map((line) => line.trimEnd());
  const at = lines.findIndex((line) => /^\s*-{2,}(?:\s+-{2,})+$/.test(line));
  if (at < 1) throw new SshAnswerInvalid(what, 'it has no table');
  const ruler = [...lines[at]!.matchAll(/-+/g)].map(({ index, 0: dashes }) => [index, index + dashes.length] as const);
  // Units may be on a line of their own between the headings and the dashes.
  const above = lines.slice(Math.max(0, at - 2), at).map((line) => line.trim().split(/\s+/));
  const names = above.findLast((words) => words.length === ruler.length);
  if (!names) throw new SshAnswerInvalid(what, `no headings stand over its ${ruler.length} columns`);
  return lines
    .slice(at + 1)
    .filter((line) => /^\s*\d/.test(line))
    .map((line) => cells(line, ruler, names, what));
}

function cells(
  line: string,
  ruler: readonly (readonly [number, number])[],
  names: readonly string[],
  what: string,
): TableRow {
  const found = new Map<string, string>();
  let end = 0;
  for (const [place, [from, to]] of ruler.entries()) {
    if (line.slice(end, from).trim() !== '')
      throw new SshAnswerInvalid(what, `"${line.trim()}" does not fit its columns`);
    found.set(names[place]!, line.slice(from, to).trim());
    end = to;
  }
  if (line.slice(end).trim() !== '') throw new SshAnswerInvalid(what, `"${line.trim()}" does not fit its columns`);
  return found;
}
