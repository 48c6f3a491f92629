/** The contents of a packed file as chunks, and how far the reading has got. */
import { spawn } from 'node:child_process';
import { closeSync, createReadStream, openSync, readFileSync } from 'node:fs';
import { crc32, createInflateRaw } from 'node:zlib';
import { DiskError } from '../disk/disk.ts';
import { readZip, type ZipMember } from '../disk/zip.ts';
import { ImportRefused } from './errors.ts';
import { FileDisk } from './file-disk.ts';
import { type Packing, UNPACKERS } from './packing.ts';

export interface Unpacking {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes of the packed file that were read so far. */
  readonly position: () => number;
  /** Bytes of the packed file in all. */
  readonly total: number;
  /** How much it says it will be; undefined where it does not say. */
  readonly declared: number | undefined;
}

const CHUNK = 1024 * 1024;
/** The user that has no rights anywhere: a program that reads what strangers made is not run as root. */
const NOBODY = 65_534;

export function unpack(path: string, packing: Packing, size: number): Unpacking {
  if (packing === 'zip') return unpackZip(path);
  if (packing === 'none') return plain(path, size);
  return unpackBy(UNPACKERS[packing], path, size);
}

function plain(path: string, size: number): Unpacking {
  const stream = createReadStream(path, { highWaterMark: CHUNK });
  return { chunks: stream, position: () => stream.bytesRead, total: size, declared: size };
}

function unpackBy([program, ...args]: readonly [string, ...string[]], path: string, total: number): Unpacking {
  const file = openSync(path, 'r');
  let position = 0;
  // The child reads from the same open file, so its place in it can be seen here.
  const look = () => {
    try {
      position = Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'))?.[1] ?? position);
    } catch {
      // It is closed: the last place stands.
    }
    return position;
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const root = process.getuid?.() === 0;
    const child = spawn(program, args, {
      stdio: [file, 'pipe', 'pipe'],
      ...(root ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-500);
    });
    const ended = new Promise<string | undefined>((resolve) => {
      child.on('error', (cause) => resolve(`${program} does not start: ${cause.message}`));
      child.on('close', (code, signal) => resolve(code === 0 ? undefined : `${program} ended with ${code ?? signal}`));
    });
    try {
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
      const failure = await ended;
      if (failure !== undefined) throw new ImportRefused(`${path} cannot be unpacked: ${failure}: ${complaint.trim()}`);
    } finally {
      child.kill('SIGKILL');
      await ended;
      look();
      closeSync(file);
    }
  }
  return { chunks: chunks(), position: look, total, declared: undefined };
}

function unpackZip(path: string): Unpacking {
  const disk = new FileDisk(path);
  let member: ZipMember;
  try {
    member = theImage(readZip(disk), path);
  } finally {
    disk.close();
  }
  const stream = createReadStream(path, {
    start: member.start,
    end: member.start + member.packed - 1,
    highWaterMark: CHUNK,
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const inflated = member.method === 'stored' ? stream : stream.pipe(createInflateRaw({ chunkSize: CHUNK }));
    stream.on('error', (cause) => inflated.destroy(cause));
    let sum = 0;
    let length = 0;
    try {
      for await (const chunk of inflated as AsyncIterable<Buffer>) {
        sum = crc32(chunk, sum);
        length += chunk.length;
        if (length > member.size) break;
        yield chunk;
      }
    } catch (cause) {
      if (!isZlib(cause)) throw cause;
      throw new ImportRefused(`${path} cannot be unpacked: ${(cause as Error).message}`, { cause });
    } finally {
      stream.destroy();
    }
    if (length !== member.size || sum !== member.crc32)
      throw new DiskError('ZIP', member.start, `${JSON.stringify(member.name)} is not what its checksum says`);
  }
  return { chunks: chunks(), position: () => stream.bytesRead, total: member.packed, declared: member.size };
}

const isZlib = (cause: unknown): boolean => /^Z_|^ERR_/.test((cause as NodeJS.ErrnoException).code ?? '');

function theImage(members: readonly ZipMember[], path: string): ZipMember {
  const images = members.filter(({ name, size }) => name.toLowerCase().endsWith('.img') && size > 0);
  if (images.length === 1) return images[0] as ZipMember;
  const names = members.slice(0, 10).map(({ name }) => name);
  throw new ImportRefused(
    `${path} holds ${images.length} .img files, expected one (${names.join(', ') || 'it is empty'})`,
  );
}
