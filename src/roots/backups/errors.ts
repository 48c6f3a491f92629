/** What goes wrong with backups. */
import { printable } from '../../wire/printable.ts';

/** restic said no: with its reason, and what a person can do where that is known. */
export class ResticFailed extends Error {
  override readonly name = 'ResticFailed';
  readonly code: number;

  constructor(what: string, code: number, stderr: string) {
    super(explain(what, code, stderr));
    this.code = code;
  }
}

/** A backup that is there and lacks something, or a restore that is not what was saved. */
export class BackupIncomplete extends Error {
  override readonly name = 'BackupIncomplete';
  readonly snapshot: string;

  constructor(snapshot: string, message: string) {
    super(message);
    this.snapshot = snapshot;
  }
}

/** No backup is as asked for, or it is somebody else's. */
export class NoSuchBackup extends Error {
  override readonly name = 'NoSuchBackup';
}

const KNOWN: readonly (readonly [RegExp, string])[] = Object.freeze([
  [
    /unable to open config file|Is there a repository/,
    'there is no repository there: is its disk mounted? `pirack backup init` makes one',
  ],
  [/wrong password or no key found/, 'the password is not that of the repository'],
  [/config file already exists|already initialized/, 'there is a repository already, and it is left as it is'],
  [/already locked/, 'somebody else uses the repository'],
  [/no space left on device/i, 'no room is left where it writes'],
]);

function explain(what: string, code: number, stderr: string): string {
  const text = lastWords(stderr);
  const known = KNOWN.find(([pattern]) => pattern.test(stderr));
  return `${what}: ${known === undefined ? '' : `${known[1]} — `}restic says: ${text === '' ? `exit code ${code}` : text}`;
}

/** Lines of JSON are told by their message. Names of files are in them, as a tenant chose them. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    const said = /^\{/.test(line) ? messageIn(line) : line.trim();
    return said === undefined ? [] : [said];
  });
  return printable(lines.slice(0, 4).join('; '), 600);
}

function messageIn(line: string): string | undefined {
  try {
    const { error, item, message } = JSON.parse(line) as { error?: unknown; item?: unknown; message?: unknown };
    const text = typeof error === 'object' && error !== null ? Object.values(error).map(String).join(': ') : error;
    const said = [text, message].find((each) => typeof each === 'string' && each !== '');
    return said === undefined ? undefined : `${typeof item === 'string' ? `${item}: ` : ''}${said}`;
  } catch {
    return line.trim();
  }
}
