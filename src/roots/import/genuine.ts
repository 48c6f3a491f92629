/** Whether a file is what those who published it say: a SHA-256 beside it, and a signature by a key that is trusted here. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CommandFailed, run } from '../../net/run.ts';
import { millis } from '../../rack/units.ts';
import { NotGenuine } from './errors.ts';

export interface Expected {
  /** Given by a person; a file beside the image is not looked for then. */
  readonly sha256?: string | undefined;
  readonly signature?: string | undefined;
  /** Keys that are trusted, as gpgv(1) takes them. */
  readonly keyring?: string | undefined;
}

export interface Genuine {
  readonly sha256: string;
  /** What it was held against: a file's name, or `--sha256`. Undefined: nothing was there to hold it against. */
  readonly checkedBy: string | undefined;
  /** The signature that was checked. */
  readonly signedBy: string | undefined;
  /** What could have been checked and was not. */
  readonly remarks: readonly string[];
}

const HEX = /^[0-9a-f]{64}$/i;
/** Checksum lists are short; anything longer is something else. */
const MOST_LIST = 4 * 1024 * 1024;
const VERIFY_LIMIT = millis(600_000);

/** Reads the whole file once. Throws NotGenuine. */
export async function checkGenuine(
  path: string,
  expected: Expected,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<Genuine> {
  const remarks: string[] = [];
  const signedBy = await checkSignature(path, expected, remarks);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal ? { signal } : {}) })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  const sha256 = hash.digest('hex');
  const wanted = wantedHash(path, expected);
  if (wanted !== undefined && wanted.hash !== sha256)
    throw new NotGenuine(`${path} has the SHA-256 ${sha256}, expected ${wanted.hash} (${wanted.by}): fetch it again`);
  return { sha256, checkedBy: wanted?.by, signedBy, remarks };
}

function wantedHash(path: string, { sha256 }: Expected): { hash: string; by: string } | undefined {
  if (sha256 !== undefined) {
    if (!HEX.test(sha256))
      throw new NotGenuine(`expected a SHA-256 of 64 hexadecimal digits, got ${JSON.stringify(sha256)}`);
    return { hash: sha256.toLowerCase(), by: '--sha256' };
  }
  for (const list of [`${path}.sha256`, `${path}.sha256sum`, join(dirname(path), 'SHA256SUMS')]) {
    if (!existsSync(list) || statSync(list).size > MOST_LIST) continue;
    const hash = hashFor(readFileSync(list, 'utf8'), basename(path));
    if (hash !== undefined) return { hash, by: basename(list) };
    if (basename(list) !== 'SHA256SUMS') throw new NotGenuine(`${list} has no SHA-256 of ${basename(path)}`);
  }
  return undefined;
}

/** `HASH  NAME`, `HASH *NAME`, BSD's `SHA256 (NAME) = HASH`, or the hash alone. */
export function hashFor(list: string, name: string): string | undefined {
  const lines = list.split('\n').map((line) => line.trim());
  for (const line of lines) {
    const plain = /^([0-9a-f]{64})(?:\s+[ *]?(?:\.\/)?(.+))?$/i.exec(line);
    const bsd = /^SHA256 \((.+)\) = ([0-9a-f]{64})$/i.exec(line);
    if (plain !== null && (plain[2] === name || (plain[2] === undefined && lines.filter(Boolean).length === 1)))
      return plain[1]?.toLowerCase();
    if (bsd?.[1] === name) return bsd[2]?.toLowerCase();
  }
  return undefined;
}

async function checkSignature(
  path: string,
  { signature, keyring }: Expected,
  remarks: string[],
): Promise<string | undefined> {
  const beside = ['.sig', '.asc', '.gpg'].map((ending) => path + ending).find((file) => existsSync(file));
  const file = signature ?? beside;
  if (keyring === undefined) {
    if (signature !== undefined)
      throw new NotGenuine('--signature needs --keyring FILE, with the keys that are trusted');
    if (beside !== undefined) remarks.push(`${basename(beside)} is not checked: no --keyring was given`);
    return undefined;
  }
  if (file === undefined) throw new NotGenuine(`--keyring was given, and no signature is beside ${path} (.sig, .asc)`);
  try {
    await run('gpgv', ['--keyring', keyring.includes('/') ? keyring : `./${keyring}`, '--', file, path], {
      timeout: VERIFY_LIMIT,
    });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new NotGenuine(
      `the signature ${file} does not hold for ${path}: ${cause.stderr.trim().split('\n').at(-1) || cause.message}`,
      { cause },
    );
  }
  return basename(file);
}
