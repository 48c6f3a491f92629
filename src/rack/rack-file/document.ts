/** YAML text as plain values, with the place of every value. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { refuse } from './guard.ts';
import type { Finding, Path } from './problem.ts';

export interface Place {
  /** Both counted from 1; 0 = no place. */
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface Extent extends Place {
  /** Offset behind the last character. */
  readonly end: number;
}

export interface SyntaxFinding {
  readonly place: Place;
  readonly message: string;
  readonly expected: string;
}

export interface YamlDocument {
  /** Undefined where nothing could be made of the text. */
  readonly value: unknown;
  readonly syntax: readonly SyntaxFinding[];
  /** Text from this offset on may have been misread; Infinity where the syntax is sound. */
  readonly soundUntil: number;
  locate(path: Path, at: Finding['at']): Extent;
}

/** More are not told: whoever has so many starts at the first. */
const MAX_FINDINGS = 200;

/** Never throws: whatever is wrong with `text` is in `syntax`. */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const refusal = refuse(text);
  if (refusal) return unreadable(refusal, placeOf(text, refusal.offset));
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch {
    const message = 'the file cannot be read as YAML';
    return unreadable({ message, expected: 'a rack file' }, { line: 0, column: 0, offset: 0 });
  }
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), offset };
  };
  const errors = [...document.errors, ...document.warnings].slice(0, MAX_FINDINGS);
  const syntax = errors.map((error) => ({ place: place(error.pos[0]), ...explain(error.code, error.message) }));
  const soundUntil = Math.min(Number.POSITIVE_INFINITY, ...errors.map((error) => error.pos[0]));
  for (const key of duplicateKeys(document).slice(0, MAX_FINDINGS)) {
    const message = `${JSON.stringify(String(key.value).slice(0, 40))} is given twice in the same mapping`;
    syntax.push({ place: place(key.range?.[0] ?? 0), message, expected: 'every key once' });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    syntax.push(aliasFinding(document, place));
  }
  return {
    value,
    syntax,
    soundUntil,
    locate: (path, at) => {
      const [from, to] = extentOf(document, path, at);
      return { ...place(from), end: to };
    },
  };
}

function unreadable(finding: { message: string; expected: string }, place: Place): YamlDocument {
  const syntax = [{ place, message: finding.message, expected: finding.expected }];
  return { value: undefined, syntax, soundUntil: 0, locate: () => ({ ...place, end: place.offset }) };
}

/** Line and column of an offset, both from 1; line 0 where there is no offset. */
export function placeOf(text: string, offset: number | undefined): Place {
  if (offset === undefined) return { line: 0, column: 0, offset: 0 };
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1, offset };
}

/** Repeated scalar keys, all but the first of each. The parser's own check takes quadratic time. */
function duplicateKeys(document: Document.Parsed): { value: unknown; range?: [number, number, number] | null }[] {
  const found: { value: unknown; range?: [number, number, number] | null }[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) found.push(key as (typeof found)[number]);
        seen.add(name);
      }
    },
  });
  return found;
}

/** Why values could not be made: an alias without its anchor, or aliases of aliases beyond all reason. */
function aliasFinding(document: Document.Parsed, place: (offset: number) => Place): SyntaxFinding {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  const lost = aliases.find((alias) => alias.resolve(document) === undefined);
  if (lost) {
    const name = lost.source.slice(0, 40);
    const message = `the alias *${name} has no anchor &${name} above it`;
    return { place: place(lost.range?.[0] ?? 0), message, expected: 'the value itself, or an anchor' };
  }
  const message = 'aliases of aliases multiply beyond all measure';
  return { place: place(aliases.at(-1)?.range?.[0] ?? 0), message, expected: 'the values themselves' };
}

/** Where the nearest thing to `path` that the text has begins and ends. */
function extentOf(document: Document.Parsed, path: Path, at: Finding['at']): readonly [from: number, to: number] {
  let node: Node | null = document.contents;
  let extent = rangeOf(node) ?? [0, 0];
  const steps = at === 'parent' ? path.slice(0, -1) : path;
  for (const [i, step] of steps.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step)) as
        | Pair<Node, Node | null>
        | undefined;
      if (!pair) return extent;
      const key = rangeOf(pair.key) ?? extent;
      // A key without a value has an empty node after it: point at the key.
      const empty = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
      extent = (i === steps.length - 1 && at === 'key') || empty ? key : (rangeOf(pair.value) ?? key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = (node.items[Number(step)] as Node | undefined) ?? null;
      extent = rangeOf(node) ?? extent;
    } else return extent;
  }
  return extent;
}

function rangeOf(node: Node | null): readonly [from: number, to: number] | undefined {
  return node?.range ? [node.range[0], node.range[1]] : undefined;
}

const EXPLAINED: Readonly<Record<string, readonly [message: string, expected: string]>> = {
  ALIAS_PROPS: ['an alias (*name) has an anchor or tag of its own', 'the alias alone'],
  BAD_ALIAS: ['an alias has no usable name', 'a name such as *ports'],
  BAD_COLLECTION_TYPE: ['a tag does not fit the kind of value after it', 'no tag'],
  BAD_DIRECTIVE: ['a line starts with % as only YAML directives do', 'the value in quotes'],
  BAD_DQ_ESCAPE: ['a backslash in double quotes starts no known escape', 'single quotes, or \\\\ for a backslash'],
  BAD_INDENT: ['the indentation does not fit the lines above', 'keys of one mapping in one column'],
  BAD_PROP_ORDER: ['an anchor or tag stands before the list or mapping mark', 'it after the mark'],
  BAD_SCALAR_START: ['a value starts with a character that YAML reserves (@ or `)', 'the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second "key: " stands on one line', 'one key a line, or the value in quotes'],
  BLOCK_IN_FLOW: ['a list or mapping of lines stands inside [ ] or { }', 'commas between the values'],
  COMMENT_SPACE: ['a comment starts right after a value', 'a space before #'],
  IMPOSSIBLE: ['the YAML cannot be read here', 'valid YAML'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1024 characters', 'a key of the rack file format'],
  MISSING_CHAR: ['a character is missing here: a comma, colon, quote or closing bracket', 'valid YAML'],
  MULTILINE_IMPLICIT_KEY: ['a key goes over more than one line', 'a colon after the key on its own line'],
  MULTIPLE_ANCHORS: ['a value has two anchors', 'one'],
  MULTIPLE_DOCS: ['a second document starts here (---)', 'one rack in one file'],
  MULTIPLE_TAGS: ['a value has two tags', 'none'],
  NON_STRING_KEY: ['a key is not a word', 'a key of the rack file format'],
  RESOURCE_EXHAUSTION: ['the file is nested too deeply', 'a rack file, which needs six levels'],
  TAB_AS_INDENT: ['a tab is used for indentation', 'spaces'],
  TAG_RESOLVE_FAILED: ['a value carries a tag (!) that is not known', 'no tag'],
  UNEXPECTED_TOKEN: [
    'the YAML goes on in an unexpected way here',
    'one value here; quotes around text with : # [ { or ,',
  ],
};

/** Own words for the parser's codes: its messages quote the text, which may hold a secret written in by mistake. */
function explain(code: string, original: string): { message: string; expected: string } {
  if (code === 'MISSING_CHAR' && /quote/.test(original)) {
    return { message: 'a closing quote is missing', expected: 'the same quote at both ends' };
  }
  if (/^(MISSING_CHAR|BAD_INDENT)$/.test(code) && /[\]}]$/.test(original)) {
    return { message: 'a closing bracket is missing', expected: 'a ] for every [ and a } for every {' };
  }
  const [message, expected] = EXPLAINED[code] ?? ['the YAML cannot be read here', 'valid YAML'];
  return { message, expected };
}
