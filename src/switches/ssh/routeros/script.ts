/**
 * Scripts for RouterOS over SSH. Answers are JSON, which `:serialize` makes since RouterOS 7.13; what is printed as a table
 * or as a flat list has no escaping, and a comment could look like another row. An error ends a script, and is told in
 * plain words and with exit status 0; so a script that reached its end says so itself.
 */
import type { Millis } from '../../../rack/units.ts';
import type { Commands } from '../commands.ts';
import { CommandRefused, SshAnswerInvalid, tail } from '../errors.ts';

/** No word of RouterOS, and no beginning of JSON. */
const DONE = 'pirack-done';

/** Runs questions, each of which puts one line, and returns the lines. */
export async function query(
  commands: Commands,
  questions: readonly string[],
  what: string,
  deadline?: Millis,
): Promise<readonly string[]> {
  const { stdout, stderr } = await commands.exec([...questions, `:put "${DONE}"`].join('; '), what, deadline);
  const lines = linesOf(stdout);
  const end = lines.indexOf(DONE);
  if (end === questions.length) return lines.slice(0, end);
  const said = [...lines.slice(end < 0 ? -1 : end), stderr].join(' ');
  if (end < 0 && !/^[[{]/.test(lines.at(-1) ?? '')) throw new CommandRefused(what, advise(said));
  throw new SshAnswerInvalid(
    what,
    `expected ${questions.length} lines and the end, got ${lines.length}: ${tail(said)}`,
  );
}

/** Rows of a menu, with all that they have, and their internal ids. `menu` is fixed text of this folder. */
export function rowsOf(menu: string): string {
  return [
    ':local rows [:toarray ""]',
    `:foreach i in=[${menu} find] do={:local row [${menu} get $i]; :set ($row->".id") [:tostr $i]; :set ($rows->[:len $rows]) $row}`,
    ':put [:serialize to=json value=$rows]',
  ].join('; ');
}

/** What became of each command. */
export type Ran = 'done' | { readonly refused: CommandRefused } | { readonly unknown: SshAnswerInvalid };

/** More than this in one script, and the console of a small device may not take it. */
const LONGEST_SCRIPT = 4_000;

/**
 * Runs commands, several to a script, each of which is acknowledged; one that is refused ends its script, and what comes
 * after it goes into the next one.
 */
export async function run(commands: Commands, lines: readonly string[], what: string): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  while (ran.length < lines.length) {
    const script = take(lines.slice(ran.length));
    const text = script.flatMap((line, place) => [line, `:put "${DONE}-${place}"`]).join('; ');
    const { stdout, stderr } = await commands.exec(text, what);
    const said = linesOf(stdout);
    let acknowledged = 0;
    let from = 0;
    for (const [place, one] of said.entries()) {
      if (one !== `${DONE}-${acknowledged}`) continue;
      acknowledged += 1;
      from = place + 1;
    }
    ran.push(...Array.from({ length: acknowledged }, (): Ran => 'done'));
    if (acknowledged === script.length) continue;
    const words = [...said.slice(from), stderr].join(' ').trim();
    const name = `"${script[acknowledged]}"`;
    if (words !== '') ran.push({ refused: new CommandRefused(name, advise(words)) });
    else ran.push({ unknown: new SshAnswerInvalid(name, 'the script ended before its end, without a word') });
  }
  return ran;
}

function take(lines: readonly string[]): readonly string[] {
  let length = 0;
  const end = lines.findIndex((line) => {
    length += line.length + DONE.length + 14;
    return length > LONGEST_SCRIPT;
  });
  return end < 0 ? lines : lines.slice(0, Math.max(1, end));
}

function linesOf(output: string): string[] {
  return output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function advise(words: string): string {
  return /serialize/.test(words) ? `${words} (RouterOS 7.13 or newer is needed)` : words;
}
