/**
 * As much of XML as a NETCONF server answers with (RFC 6241 §3: well-formed, UTF-8, no document type declaration). Names
 * are kept without their prefix, because Junos changes namespaces with every release. Anything else is an `XmlError`,
 * whatever the bytes; a parser that guesses would be a screen scraper.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children; white space at both ends is dropped, for Junos wraps values in lines. */
  readonly text: string;
}

export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly offset: number;
  constructor(reason: string, offset: number) {
    super(`${reason} at offset ${offset}`);
    this.offset = offset;
  }
}

/** Deeper than any reply: the configuration of an interface is at depth 12. */
const DEEPEST = 64;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
}

const TAG =
  /<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** The one root element. @throws XmlError */
export function parseXml(source: string): XmlElement {
  const stack: Open[] = [];
  let root: XmlElement | undefined;
  let at = 0;
  /** What lies between two marks, if the first is here. By search, not by pattern: it may be megabytes long. */
  const between = (from: string, to: string): string | undefined => {
    if (!source.startsWith(from, at)) return undefined;
    const end = source.indexOf(to, at + from.length);
    if (end < 0) throw new XmlError(`${from} without ${to}`, at);
    const inside = source.slice(at + from.length, end);
    at = end + to.length;
    return inside;
  };
  const text = (value: string) => {
    const top = stack.at(-1);
    if (top) top.text.push(value);
    else if (value.trim() !== '') throw new XmlError('text outside of the root element', at);
  };
  const close = (open: Open) => {
    const element: XmlElement = {
      name: open.name,
      attributes: open.attributes,
      children: open.children,
      text: open.text.join('').trim(),
    };
    const parent = stack.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  };

  while (at < source.length) {
    const next = source.indexOf('<', at);
    const upTo = next < 0 ? source.length : next;
    if (upTo > at) text(unescapeXml(source.slice(at, upTo), at));
    at = upTo;
    if (next < 0) break;
    const kind = source[at + 1];
    if (kind === '!' || kind === '?') {
      if (between('<!--', '-->') !== undefined || between('<?', '?>') !== undefined) continue;
      const cdata = between('<![CDATA[', ']]>');
      if (cdata !== undefined) {
        text(cdata);
        continue;
      }
    }
    const where = at;
    TAG.lastIndex = at;
    const tag = TAG.exec(source);
    if (!tag) throw new XmlError('not well-formed', where);
    at = TAG.lastIndex;
    const name = local(tag[2]!);
    if (tag[1] === '/') {
      const open = stack.pop();
      if (open?.name !== name) throw new XmlError(`</${name}> closes ${open ? `<${open.name}>` : 'nothing'}`, where);
      close(open);
      continue;
    }
    if (root) throw new XmlError('a second root element', where);
    if (stack.length >= DEEPEST) throw new XmlError(`deeper than ${DEEPEST} elements`, where);
    const open: Open = { name, attributes: attributesOf(tag[3]!, where), children: [], text: [] };
    if (tag[4] === '/') close(open);
    else stack.push(open);
  }
  if (stack.length > 0) throw new XmlError(`<${stack.at(-1)!.name}> is not closed`, at);
  if (!root) throw new XmlError('no element', at);
  return root;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** All descendants of that name, in the order of the document. */
export function all(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name);
}

/** The text of the child of that name; undefined where there is none or it is empty. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text || undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string, offset: number): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&\s]{0,10});?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] === undefined ? 10 : 16) : undefined;
    if (point !== undefined && point <= 0x10ffff && whole.endsWith(';')) return String.fromCodePoint(point);
    const entity = Object.hasOwn(ENTITIES, name) && whole.endsWith(';') ? ENTITIES[name] : undefined;
    if (entity === undefined) throw new XmlError('an unknown entity', offset);
    return entity;
  });
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

function attributesOf(source: string, offset: number): ReadonlyMap<string, string> {
  if (source === '') return NO_ATTRIBUTES;
  const found = [...source.matchAll(ATTRIBUTE)];
  return new Map(found.map(([, name, double, single]) => [local(name!), unescapeXml(double ?? single ?? '', offset)]));
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
