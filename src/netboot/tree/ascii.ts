/** Text that firmware parses: pure ASCII, LF. Its parsers stop at the first byte that is not (pi-boot §2.3). */

/** A value that may not go into a rendered file. `file` is the file, `field` the value in it. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
  readonly file: string;
  readonly field: string;

  constructor(file: string, field: string, reason: string) {
    super(`${file}: ${field}: ${reason}`);
    this.file = file;
    this.field = field;
  }
}

/** The text itself where it matches; throws a RenderError that quotes it otherwise. */
export function checked(file: string, field: string, text: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(text)) throw new RenderError(file, field, `expected ${expected}, got ${JSON.stringify(text)}`);
  return text;
}

/** A file of these lines. Throws a RenderError for a line with anything but printable ASCII in it, newlines included. */
export function asciiFile(file: string, lines: readonly string[]): string {
  for (const [index, line] of lines.entries()) {
    const at = line.search(/[^\x20-\x7e]/);
    if (at < 0) continue;
    const code = (line.codePointAt(at) as number).toString(16).padStart(4, '0');
    throw new RenderError(file, `line ${index + 1}`, `expected printable ASCII, found U+${code} at column ${at + 1}`);
  }
  return `${lines.join('\n')}\n`;
}
