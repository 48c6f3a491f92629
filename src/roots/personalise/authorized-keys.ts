/** Who may log in as root (sshd(8), AUTHORIZED_KEYS FILE FORMAT): the customer's keys, and the controller's for reboots. */

import { UnsafePath } from '../errors.ts';
import { SafeRoot } from '../safe-path.ts';

const FILE = 'root/.ssh/authorized_keys';
/** A tenant's own file that is larger is replaced like any other, and nothing is looked for in it. */
const MOST_READ = 256 * 1024;

/**
 * The controller may have a board restart and may do nothing else: no other command, no terminal, no forwarding. The
 * board is its tenant's, who may take the line out.
 */
export function controllerLines(publicKey: string): readonly [comment: string, line: string] {
  return [
    '# The controller of the rack asks for a clean reboot with this key, and can do nothing else. It may be removed.',
    `restrict,command="/sbin/reboot" ${publicKey} pirack-reboot`,
  ];
}

export async function writeAuthorizedKeys(
  tree: SafeRoot,
  keys: readonly string[],
  controllerKey: string | undefined,
): Promise<void> {
  const lines = [...keys, ...(controllerKey === undefined ? [] : controllerLines(controllerKey))];
  if (lines.length === 0) return;
  await tree.makeDirectory('root', 0o700);
  await tree.makeDirectory('root/.ssh', 0o700);
  await tree.writeFile(FILE, lines.map((line) => `${line}\n`).join(''), 0o600);
}

/**
 * Replaces the keys of root in a root that a board may be using: the whole file at once, and durable. The controller's key
 * stays where it is, and does not come back where the tenant took it out.
 */
export async function replaceAuthorizedKeys(
  root: string,
  keys: readonly string[],
  controllerKey?: string,
): Promise<void> {
  const tree = await SafeRoot.open(root);
  try {
    const kept = controllerKey !== undefined && (await has(tree, controllerKey)) ? controllerKey : undefined;
    if (keys.length > 0 || kept !== undefined) await writeAuthorizedKeys(tree, keys, kept);
    else if ((await tree.kind(FILE)) === 'file') await tree.removeFile(FILE);
    await tree.sync();
  } finally {
    await tree.close();
  }
}

/** Whether the tenant has left the controller's key in: its options may be others, a comment is not the key. */
async function has(tree: SafeRoot, controllerKey: string): Promise<boolean> {
  try {
    const text = (await tree.readFile(FILE, MOST_READ)) ?? '';
    return text.split('\n').some((line) => !line.trimStart().startsWith('#') && line.includes(controllerKey));
  } catch (cause) {
    // A link, or something that no SSH server reads: whatever is to be written replaces it, or says why it cannot.
    if (cause instanceof UnsafePath) return false;
    throw cause;
  }
}
