/** Pieces of YAML text. What a switch says of itself goes into comments, and must not get out of them. */
import type { SecretRef } from '../../rack/plan.ts';
import { printable } from '../../wire/printable.ts';

const LONGEST_LINE = 110;
const LONGEST_COMMENT = 600;

/** A comment of one line, or of more where it is long. */
export function comment(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text, LONGEST_COMMENT).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > LONGEST_LINE) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `# ${each}`.trimEnd());
}

/** Letters and what cannot be taken for a number, a truth value or an indicator need no quotes. */
const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);

export function quoted(text: string): string {
  return PLAIN.test(text) && !WORDS.has(text.toLowerCase()) ? text : JSON.stringify(text);
}

export function secretText(ref: SecretRef): string {
  return 'file' in ref ? `{file: ${quoted(ref.file)}}` : `{env: ${quoted(ref.env)}}`;
}
