/** Exit codes of every command; documented in `pirack --help`. */
export const EXIT = {
  done: 0,
  /** It was understood and could not be done; the reason is on standard error. */
  failed: 1,
  /** Wrong usage: an unknown option, an argument that cannot be. */
  usage: 2,
  /** Something that it needs is missing: root, a program, a controller that is serving. */
  missing: 69,
} as const;

/** An end with a sentence for the person and a code for the program that called. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
