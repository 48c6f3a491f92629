/** The manifest of an image on disk: written, read again line by line, and held against what is there. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { comparePaths, formatLine, type KnownFacts, type ManifestLine, manifestOf, parseLine } from './manifest.ts';

export const MANIFEST = 'manifest.mtree';

export interface ManifestSummary {
  /** Of the manifest's text: it stands for the whole image. */
  readonly sha256: string;
  readonly entries: number;
  /** Of all files. */
  readonly bytes: number;
}

export interface WriteOptions {
  /** Of another manifest of nearly the same tree: only paths that this says no to are read again. */
  readonly known?: KnownFacts | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes `path` for the image in `directory`. */
export async function writeManifest(
  directory: string,
  path: string,
  options: WriteOptions = {},
): Promise<ManifestSummary> {
  const hash = createHash('sha256');
  const file = openSync(path, 'wx', 0o644);
  let entries = 0;
  let bytes = 0;
  try {
    let text = '#mtree\n';
    const flush = () => {
      hash.update(text);
      writeSync(file, text);
      text = '';
    };
    for (const line of manifestOf(directory, options)) {
      entries++;
      bytes += Number(/ size=(\d+) /.exec(line.facts)?.[1] ?? 0);
      text += formatLine(line);
      if (entries % 100 !== 0) continue;
      flush();
      options.signal?.throwIfAborted();
      await turn();
    }
    flush();
  } finally {
    closeSync(file);
  }
  return { sha256: hash.digest('hex'), entries, bytes };
}

/** Lines of a manifest, in its order. `hash` is given all bytes of the file. */
export function* readManifest(path: string, hash?: (bytes: Uint8Array) => void): Generator<ManifestLine> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(64 * 1024);
    let rest = '';
    for (;;) {
      const length = readSync(file, chunk, 0, chunk.length, null);
      if (length === 0) return;
      hash?.(chunk.subarray(0, length));
      // All that is not ASCII is escaped.
      const lines = (rest + chunk.toString('latin1', 0, length)).split('\n');
      rest = lines.pop() as string;
      for (const text of lines) {
        const line = parseLine(text);
        if (line !== undefined) yield line;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Facts from a manifest for all paths but the `changed` ones. Must be asked in the order of the lines. */
export function factsFrom(path: string, changed: ReadonlySet<string>): KnownFacts & { close(): void } {
  const lines = readManifest(path);
  let next = lines.next();
  const known = (wanted: string): string | undefined => {
    while (!next.done && comparePaths(next.value.path, wanted) < 0) next = lines.next();
    return !next.done && next.value.path === wanted && !changed.has(wanted) ? next.value.facts : undefined;
  };
  return Object.assign(known, { close: () => void lines.return(undefined) });
}

export interface Difference {
  readonly path: string;
  readonly what: 'missing' | 'added' | 'changed';
  /** `mode=0644, expected mode=0600`. */
  readonly detail: string;
}

/** Everything that is not as the manifest says, in order. */
export async function* differences(
  directory: string,
  path: string,
  onBytes?: (bytes: number) => void,
  hash?: (bytes: Uint8Array) => void,
): AsyncGenerator<Difference> {
  const expected = readManifest(path, hash);
  let next = expected.next();
  let count = 0;
  for (const found of manifestOf(directory, { onBytes })) {
    while (!next.done && comparePaths(next.value.path, found.path) < 0) {
      yield { path: next.value.path, what: 'missing', detail: next.value.facts };
      next = expected.next();
    }
    if (next.done || next.value.path !== found.path) yield { path: found.path, what: 'added', detail: found.facts };
    else {
      if (next.value.facts !== found.facts)
        yield { path: found.path, what: 'changed', detail: compareFacts(found.facts, next.value.facts) };
      next = expected.next();
    }
    if (++count % 100 === 0) await turn();
  }
  for (; !next.done; next = expected.next()) yield { path: next.value.path, what: 'missing', detail: next.value.facts };
}

function compareFacts(found: string, expected: string): string {
  const wanted = new Set(expected.split(' '));
  const there = new Set(found.split(' '));
  const differing = found.split(' ').filter((fact) => !wanted.has(fact));
  const missing = expected.split(' ').filter((fact) => !there.has(fact));
  return `${differing.join(' ')}, expected ${missing.join(' ')}`;
}
