/** The text of an authorized_keys file as customers send it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */

/** Bytes of text; far more than anybody's keys. */
export const MOST_KEYS_TEXT = 64 * 1024;
const MOST_KEYS = 200;

/** Key types that OpenSSH takes; DSA went with version 10. */
const KEY_TYPES: ReadonlySet<string> = new Set([
  'ssh-rsa',
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]);

export type KeysResult =
  | { readonly ok: true; readonly keys: string }
  | { readonly ok: false; readonly expected: string };

/**
 * Reads keys in any line ends. What is kept is the lines as they came, comments and order intact, one `\n` between two;
 * empty lines go. No key at all is `''`: clients send that, or a lone line end, to remove every key.
 */
export function authorizedKeys(text: string): KeysResult {
  if (Buffer.byteLength(text) > MOST_KEYS_TEXT) return refuse(`at most ${MOST_KEYS_TEXT} bytes of keys`);
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > MOST_KEYS) return refuse(`at most ${MOST_KEYS} lines of keys, got ${lines.length}`);
  for (const [index, line] of lines.entries()) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line))
      return refuse(`keys without control characters (line ${index + 1})`);
    if (!line.startsWith('#') && !holdsKey(line))
      return refuse(`an OpenSSH public key such as "ssh-ed25519 AAAA… comment" in line ${index + 1}`);
  }
  return { ok: true, keys: lines.join('\n') };
}

/** The lines that are in a file of keys: comments too, which are the customer's. */
export function keyLines(keys: string): readonly string[] {
  return keys === '' ? [] : keys.split('\n');
}

/** Whether two texts hold the same keys, whatever their order: clients send them in any. */
export function sameKeys(a: string, b: string): boolean {
  const set = (text: string) => new Set(text.split('\n').filter((line) => line !== ''));
  const [one, other] = [set(a), set(b)];
  return one.size === other.size && [...one].every((line) => other.has(line));
}

/** A type, and base64 that begins with the same type as an SSH string (RFC 4253 §6.6). Options may come before. */
function holdsKey(line: string): boolean {
  const words = line.split(/[ \t]+/);
  const at = words.findIndex((word) => KEY_TYPES.has(word));
  const type = words[at];
  const body = words[at + 1];
  if (type === undefined || body === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return false;
  const bytes = Buffer.from(body, 'base64');
  return (
    bytes.length > 4 + type.length &&
    bytes.readUInt32BE(0) === type.length &&
    bytes.toString('latin1', 4, 4 + type.length) === type
  );
}

function refuse(expected: string): KeysResult {
  return { ok: false, expected };
}
