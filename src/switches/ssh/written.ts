import { SwitchError } from '../errors.ts';
import type { WritableRow } from '../guard.ts';
import type { Written } from '../set.ts';
import { SshAnswerInvalid, SshFlooded, SshLost, SshTimeout } from './errors.ts';

/** After these the switch may have done what it was told; after any other of this folder it has not. */
const UNKNOWN = [SshLost, SshTimeout, SshFlooded, SshAnswerInvalid];

/**
 * What became of rows whose command failed.
 * @throws what is no failure of the switch: a job that was given up, or a mistake of this program
 */
export function writtenAfter(error: unknown, rows: readonly WritableRow[]): Map<WritableRow, Written> {
  if (!(error instanceof SwitchError) || !ABOUT_SSH.has(error.code)) throw error;
  const unknown = UNKNOWN.some((kind) => error instanceof kind);
  return new Map(rows.map((row) => [row, unknown ? { unanswered: error } : { refused: error }]));
}

const ABOUT_SSH: ReadonlySet<string> = new Set([
  'ssh-unreachable',
  'ssh-host-key',
  'ssh-handshake',
  'ssh-auth',
  'ssh-channel',
  'ssh-lost',
  'ssh-timeout',
  'ssh-flooded',
  'ssh-answer-invalid',
  'ssh-unsupported',
  'secret-unreadable',
  'command-refused',
  'commit-on-trial',
  'unsafe-name',
]);
