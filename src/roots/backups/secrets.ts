/** The secrets of a repository: files that only their owner can read, given to restic in its environment and nowhere else. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, NotPossible } from '../errors.ts';

const MOST = 64 * 1024;

/** Throws NotPossible unless the file holds something, and nobody but root or this user can read it. */
export async function assertSecretFile(path: string, what: string): Promise<void> {
  await readSecret(path, what);
}

/**
 * NAME=VALUE lines, as a service of restic's takes them: AWS_ACCESS_KEY_ID, B2_ACCOUNT_KEY, or RESTIC_REPOSITORY for an
 * address with a password in it.
 */
export async function readCredentials(path: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const lines = (await readSecret(path, 'the credentials of the repository')).split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, value] = /^([A-Z][A-Z0-9_]{0,63})=(.*)$/.exec(line.trimEnd()) ?? [];
    if (name === undefined || value === undefined || name.startsWith('RESTIC_PASSWORD') || name.startsWith('LD_')) {
      throw new NotPossible(`cannot use the credentials in ${path}`, [
        `line ${index + 1} is not what was expected: a NAME=VALUE line, and not the password of the repository`,
      ]);
    }
    found[name] = value;
  }
  return found;
}

async function readSecret(path: string, what: string): Promise<string> {
  const refuse = (why: string, cause?: unknown) => new NotPossible(`cannot use ${what} in ${path}`, [why], cause);
  let file: FileHandle;
  try {
    // O_NONBLOCK: a fifo would keep us waiting.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw refuse(messageOf(cause), cause);
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw refuse('expected an ordinary file');
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.())
      throw refuse(`it belongs to user ${stats.uid}: expected root, or who runs the controller`);
    if ((stats.mode & 0o077) !== 0)
      throw refuse(`others can read it (mode ${(stats.mode & 0o777).toString(8)}): chmod 600 ${path}`);
    if (stats.size === 0 || stats.size > MOST) throw refuse(`it has ${stats.size} bytes: expected 1 to ${MOST}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
