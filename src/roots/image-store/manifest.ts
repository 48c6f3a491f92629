/**
 * What an image consists of, one line a file: type, mode, owner, size, SHA-256 or target. The lines are mtree(5)'s, so that
 * other tools can read them. Times are left out: nobody means anything else by an image whose files have other times.
 */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';

/** Parts of an image that its manifest covers. */
export const PARTS = ['boot', 'root'] as const;

export interface ManifestLine {
  /** With the names as they are: `root/etc/passwd`. */
  readonly path: string;
  /** `type=file mode=0644 …`. */
  readonly facts: string;
}

/** Looked up for files that were hashed before and have not changed since. */
export type KnownFacts = (path: string) => string | undefined;

export interface HashOptions {
  readonly known?: KnownFacts | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The lines of an image directory, each directory before what is in it, names sorted by their bytes. */
export function* manifestOf(directory: string, options: HashOptions = {}): Generator<ManifestLine> {
  for (const part of PARTS) {
    const stats = lstatSync(`${directory}/${part}`, { throwIfNoEntry: false });
    if (stats !== undefined) yield* walk(directory, part, stats, options);
  }
}

function* walk(top: string, path: string, stats: Stats, options: HashOptions): Generator<ManifestLine> {
  yield { path, facts: options.known?.(path) ?? factsOf(`${top}/${path}`, stats, options) };
  if (!stats.isDirectory()) return;
  const names = readdirSync(`${top}/${path}`).sort(byBytes);
  for (const name of names) yield* walk(top, `${path}/${name}`, lstatSync(`${top}/${path}/${name}`), options);
}

function factsOf(at: string, stats: Stats, options: HashOptions): string {
  const { uid, gid } = stats;
  const mode = `mode=0${(stats.mode & 0o7777).toString(8)}`;
  if (stats.isDirectory()) return `type=dir ${mode} uid=${uid} gid=${gid}`;
  if (stats.isSymbolicLink()) return `type=link uid=${uid} gid=${gid} link=${escapeName(readlinkSync(at))}`;
  if (!stats.isFile()) return `type=other ${mode} uid=${uid} gid=${gid}`;
  return `type=file ${mode} uid=${uid} gid=${gid} size=${stats.size} sha256digest=${hashFile(at, options.onBytes)}`;
}

const buffer = Buffer.allocUnsafeSlow(1024 * 1024);

function hashFile(path: string, onBytes: ((bytes: number) => void) | undefined): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    for (let length = -1; length !== 0; ) {
      length = readSync(file, buffer, 0, buffer.length, null);
      hash.update(buffer.subarray(0, length));
      onBytes?.(length);
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

export const formatLine = ({ path, facts }: ManifestLine): string => `./${escapeName(path)} ${facts}\n`;

export function parseLine(line: string): ManifestLine | undefined {
  const match = /^\.\/(\S+) (type=.*)$/.exec(line);
  return match === null ? undefined : { path: unescapeName(match[1] as string), facts: match[2] as string };
}

/** As vis(3) writes what is no plain character: in octal, byte by byte. */
function escapeName(name: string): string {
  if (/^[A-Za-z0-9./_+:@,=~%{}-]*$/.test(name)) return name;
  return [...Buffer.from(name)]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f && !'\\#*?['.includes(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, '0')}`,
    )
    .join('');
}

function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const octal = /^\\([0-7]{3})/.exec(text.slice(at, at + 4))?.[1];
    if (octal !== undefined) at += 3;
    bytes.push(octal === undefined ? text.charCodeAt(at) : Number.parseInt(octal, 8));
  }
  return Buffer.from(bytes).toString();
}

const byBytes = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** The order of the lines: by the parts of the path, not by its characters, for `/` sorts behind others. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = byBytes(left[index] as string, right[index] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
