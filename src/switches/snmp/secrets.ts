import type { SecretRef } from '../../rack/plan.ts';
import { SecretUnreadable } from './errors.ts';

/**
 * Turns a named secret into its text. The edge of the program makes one; nothing else here knows files or environment.
 * `longest` is for what is longer than a community or passphrase: a private key.
 */
export type SecretReader = (ref: SecretRef, longest?: number) => Promise<string>;

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file's text. */
  readonly readFile: (path: string) => Promise<string>;
}

/** More than any community or passphrase; a larger file is the wrong file. */
const LONGEST = 1024;

/** One newline at the end is dropped, because editors add it; all else belongs to the secret. */
export function createSecretReader(sources: SecretSources): SecretReader {
  return async (ref, longest = LONGEST) => {
    const where = describeSecret(ref);
    const secret = trimNewline(await readText(sources, ref, where));
    if (secret === '') throw new SecretUnreadable(where, 'it is empty');
    if (secret.length > longest) throw new SecretUnreadable(where, `it is longer than ${longest} characters`);
    return secret;
  };
}

/** Names the place, never the secret. */
export function describeSecret(ref: SecretRef): string {
  return 'file' in ref ? `file ${ref.file}` : `environment variable ${ref.env}`;
}

async function readText(sources: SecretSources, ref: SecretRef, where: string): Promise<string> {
  if ('file' in ref) {
    try {
      return await sources.readFile(ref.file);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      throw new SecretUnreadable(where, code ?? 'it cannot be read', { cause });
    }
  }
  const value = sources.env[ref.env];
  if (value === undefined) throw new SecretUnreadable(where, 'it is not set');
  return value;
}

function trimNewline(text: string): string {
  if (text.endsWith('\r\n')) return text.slice(0, -2);
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
