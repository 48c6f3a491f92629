/** A tar archive as a stream of entries; nothing of it is kept but the header at hand. */
import { DiskError, PIECE, type Piece } from '../disk/disk.ts';
import type { ByteQueue } from './byte-queue.ts';
import type { TreeEntry } from './entry.ts';
import { UnsafeMember } from './errors.ts';
import { BLOCK, readPax, readTarHeader, type TarHeader, text } from './tar-header.ts';

/** Longest list of pax records, and longest name of GNU's. */
const MOST_EXTRA = 1024 * 1024;
const LONGEST_PATH = 4095;
const ATTRIBUTE = 'SCHILY.xattr.';

/**
 * The members in their order. The pieces of a file must be read before the next entry is asked for, or they are skipped.
 * Throws DiskError for what is no tar archive or not whole, UnsafeMember for names that lead out of it.
 */
export async function* readTar(queue: ByteQueue): AsyncGenerator<TreeEntry> {
  let global = new Map<string, Uint8Array>();
  let local = new Map<string, Uint8Array>();
  for (;;) {
    const at = queue.taken;
    const block = await queue.take(BLOCK);
    if (block.length < BLOCK)
      throw new DiskError('tar', at, 'the archive ends without its last block: is the file whole?');
    if (block.every((byte) => byte === 0)) break;
    const header = readTarHeader(block, at);
    if ('xgLK'.includes(header.type)) {
      const extra = await readExtra(queue, header, at);
      if (header.type === 'g') global = merged(global, readPax(extra, at), at);
      else if (header.type === 'x') local = merged(local, readPax(extra, at), at);
      else local.set(header.type === 'L' ? 'path' : 'linkpath', Buffer.from(text(extra, at)));
      continue;
    }
    const records = new Map([...global, ...local]);
    local = new Map();
    const size = sizeOf(records, header, at);
    const left = { bytes: size };
    const entry = entryOf(header, records, size, at, () => pieces(queue, size, left, at));
    if (entry !== undefined) yield entry;
    if (!(await queue.skip(left.bytes + padding(size)))) throw short(at);
  }
  // Nothing that follows counts, but a decompressor only says at its end whether all was well.
  for await (const _ of queue.rest());
}

/** Headers may follow on headers for ever. */
function merged(before: Map<string, Uint8Array>, more: Map<string, Uint8Array>, at: number): Map<string, Uint8Array> {
  const all = new Map([...before, ...more]);
  const size = [...all].reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > MOST_EXTRA)
    throw new DiskError('tar', at, `headers of ${size} bytes in all, expected at most ${MOST_EXTRA}`);
  return all;
}

async function* pieces(queue: ByteQueue, size: number, left: { bytes: number }, at: number): AsyncGenerator<Piece> {
  while (left.bytes > 0) {
    const bytes = await queue.some(Math.min(left.bytes, PIECE));
    if (bytes === undefined) throw short(at);
    const piece = { at: size - left.bytes, bytes };
    left.bytes -= bytes.length;
    yield piece;
  }
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;
const short = (at: number) =>
  new DiskError('tar', at, 'the archive ends in the middle of a member: is the file whole?');

async function readExtra(queue: ByteQueue, header: TarHeader, at: number): Promise<Uint8Array> {
  if (header.size > MOST_EXTRA)
    throw new DiskError('tar', at, `a header of ${header.size} bytes, expected at most ${MOST_EXTRA}`);
  const extra = Buffer.from(await queue.take(header.size));
  if (extra.length < header.size || !(await queue.skip(padding(header.size)))) throw short(at);
  return extra;
}

function sizeOf(records: ReadonlyMap<string, Uint8Array>, header: TarHeader, at: number): number {
  // Links and directories have no contents, whatever is written there.
  if (!'07\0'.includes(header.type)) return 0;
  return decimal(records, 'size', at) ?? header.size;
}

function entryOf(
  header: TarHeader,
  records: ReadonlyMap<string, Uint8Array>,
  size: number,
  at: number,
  contents: () => AsyncGenerator<Piece>,
): TreeEntry | undefined {
  for (const key of records.keys()) if (key.startsWith('GNU.sparse.')) throw sparse(header.name);
  const named = (key: string) => (records.has(key) ? text(records.get(key) as Uint8Array, at) : undefined);
  const common = {
    path: plainPath(named('path') ?? header.name),
    mode: header.mode,
    uid: decimal(records, 'uid', at) ?? header.uid,
    gid: decimal(records, 'gid', at) ?? header.gid,
    mtime: Math.floor(decimal(records, 'mtime', at) ?? header.mtime),
    attributes: attributesOf(records),
  };
  const target = named('linkpath') ?? header.linkName;
  switch (header.type) {
    case '0':
    case '7':
    case '\0':
      // Before POSIX, a directory was a file whose name ends so.
      if (header.name.endsWith('/')) return { ...common, kind: 'directory' };
      return { ...common, kind: 'file', size, pieces: contents };
    case '1':
      return { ...common, kind: 'same', as: plainPath(target) };
    case '2':
      if (target === '' || target.length > LONGEST_PATH)
        throw new UnsafeMember(common.path, 'a link that leads nowhere');
      return { ...common, kind: 'link', target };
    case '3':
      return { ...common, kind: 'special', what: 'character device' };
    case '4':
      return { ...common, kind: 'special', what: 'block device' };
    case '5':
      return { ...common, kind: 'directory' };
    case '6':
      return { ...common, kind: 'special', what: 'pipe' };
    case 'S':
      throw sparse(header.name);
    case 'V':
      return undefined;
    default:
      throw new UnsafeMember(header.name, `a member of the type ${JSON.stringify(header.type)}, which is not known`);
  }
}

const sparse = (name: string) => new UnsafeMember(name, 'it is stored with holes; make the archive without --sparse');

/** Throws UnsafeMember for a path that is not below the top. */
function plainPath(path: string): string {
  if (path.startsWith('/')) throw new UnsafeMember(path, 'an absolute path');
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new UnsafeMember(path, 'a path with .. in it');
  if (path.length > LONGEST_PATH)
    throw new UnsafeMember(`${path.slice(0, 60)}…`, `a path of ${path.length} characters`);
  if (parts.some((part) => Buffer.byteLength(part) > 255))
    throw new UnsafeMember(path, 'a name of more than 255 bytes');
  return parts.join('/');
}

function decimal(records: ReadonlyMap<string, Uint8Array>, key: string, at: number): number | undefined {
  const value = records.get(key);
  if (value === undefined) return undefined;
  const digits = new TextDecoder('latin1').decode(value);
  if (!/^-?[0-9]{1,15}(\.[0-9]{1,12})?$/.test(digits) || (key !== 'mtime' && !/^[0-9]+$/.test(digits)))
    throw new DiskError('tar', at, `a ${key} that is no number: ${JSON.stringify(digits.slice(0, 30))}`);
  return Number(digits);
}

function attributesOf(records: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [key, value] of records) if (key.startsWith(ATTRIBUTE)) found.set(key.slice(ATTRIBUTE.length), value);
  return found;
}
