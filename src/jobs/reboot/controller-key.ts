/** The SSH key by which boards know this controller: made at its first start, and never leaves its state directory. */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeHostKey } from '../../roots/personalise/host-keys.ts';
import { type ParsedKey, parseKey } from '../../switches/ssh/ssh2.ts';

export interface ControllerKey {
  readonly key: ParsedKey;
  /** Type and base64, as in an authorized_keys file. */
  readonly publicKey: string;
}

const FILE = 'controller_ed25519_key';
const LONGEST = 16_384;

/** Reads the key, or makes it where there is none. Throws an Error that says what is wrong with the file. */
export function openControllerKey(directory: string): ControllerKey {
  const path = join(directory, FILE);
  const text = read(path) ?? make(path, directory);
  const parsed = parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error || !key.isPrivateKey())
    throw new Error(`${path}: expected a private key as ssh-keygen makes it; move it away to have a new one made`);
  return { key, publicKey: publicKeyOf(key) };
}

function read(path: string): string | undefined {
  try {
    if (statSync(path).size > LONGEST) return '';
    // Whoever restored it from a backup may have been careless.
    chmodSync(path, 0o600);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** On disk as a whole before any root gets its public half. */
function make(path: string, directory: string): string {
  const text = makeHostKey().openssh;
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
  const parent = openSync(directory, 'r');
  fsyncSync(parent);
  closeSync(parent);
  return text;
}

const publicKeyOf = (key: ParsedKey): string => `${key.type} ${key.getPublicSSH().toString('base64')}`;
