/** A recording that cannot be read: which line, and what should be there. */
export class RecordingInvalid extends Error {
  override readonly name = 'RecordingInvalid';
  readonly file: string;
  /** From 1; 0 where it is the file as a whole. */
  readonly line: number;
  readonly expected: string;
  constructor(file: string, line: number, expected: string, found: string, options?: ErrorOptions) {
    super(`${file}${line === 0 ? '' : ` line ${line}`}: expected ${expected}, found ${found}`, options);
    this.file = file;
    this.line = line;
    this.expected = expected;
  }
}

/** What is wrong with one field; `parse.ts` adds where it is. */
export class FieldInvalid extends Error {
  override readonly name = 'FieldInvalid';
  readonly expected: string;
  readonly found: string;
  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

/** Text of a file for a message: short, and without control characters. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
