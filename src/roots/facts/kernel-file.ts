/** What a kernel file is, by what is in it. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

export interface KernelFile {
  readonly format: 'arm64' | 'arm' | 'unknown';
  /** As `uname -r` will say; undefined where it is not readable, as in a 32-bit kernel, which unpacks itself. */
  readonly release: string | undefined;
}

/** Offsets and values of Documentation/arch/arm64/booting and arch/arm/boot/compressed/head.S. */
const ARM64 = { at: 56, magic: 0x644d5241 };
const ARM = { at: 0x24, magic: 0x016f2818 };
/** No kernel is larger; whatever is behind is not looked at. */
const MOST = 160 * 1024 * 1024;
const BANNER = /Linux version (\S{1,64}) \(/;
const OVERLAP = 128;

export async function readKernelFile(path: string): Promise<KernelFile> {
  const [format, release] = await scan(createReadStream(path));
  if (format !== 'packed') return { format, release };
  const packed = createReadStream(path);
  const plain = packed.pipe(createGunzip());
  packed.on('error', (cause) => plain.destroy(cause));
  try {
    const [inner, inside] = await scan(plain);
    return inner === 'packed' ? { format: 'unknown', release: undefined } : { format: inner, release: inside };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith('Z_')) return { format: 'unknown', release: undefined };
    throw cause;
  } finally {
    packed.destroy();
  }
}

async function scan(
  chunks: AsyncIterable<Buffer>,
): Promise<readonly [KernelFile['format'] | 'packed', string | undefined]> {
  let format: KernelFile['format'] | 'packed' | undefined;
  let tail = '';
  let total = 0;
  for await (const chunk of chunks) {
    format ??= formatOf(chunk);
    if (format !== 'arm64') return [format, undefined];
    const text = tail + chunk.toString('latin1');
    const found = BANNER.exec(text)?.[1];
    if (found !== undefined) return [format, found];
    tail = text.slice(-OVERLAP);
    total += chunk.length;
    if (total > MOST) break;
  }
  return [format ?? 'unknown', undefined];
}

function formatOf(first: Buffer): KernelFile['format'] | 'packed' {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'packed';
  if (first.length < 64) return 'unknown';
  if (first.readUInt32LE(ARM64.at) === ARM64.magic) return 'arm64';
  return first.readUInt32LE(ARM.at) === ARM.magic ? 'arm' : 'unknown';
}
