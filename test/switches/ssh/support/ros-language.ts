/**
 * As much of the RouterOS script language as is needed to be strict about it: a script is parsed before any of it runs,
 * and the first error ends it.
 */
export class RosError extends Error {}

export type RosValue = string | number | boolean | RosId | RosValue[] | RosDict | undefined;
export class RosId {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
export class RosDict {
  readonly entries = new Map<string, RosValue>();
}

/** What commands are looked up in. */
export interface RosMenus {
  /** Longest first. */
  readonly paths: readonly string[];
  run(path: string, verb: string, args: readonly RosArg[], where: readonly RosArg[]): RosValue;
}

export interface RosArg {
  readonly name: string | undefined;
  readonly value: RosValue;
}

type Node =
  | { readonly kind: 'literal'; readonly value: RosValue }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node }
  | { readonly kind: 'dict'; readonly parts: readonly (readonly [string | undefined, Node])[] }
  | { readonly kind: 'call'; readonly command: Command };

interface Argument {
  readonly name: string | undefined;
  readonly value: Node;
}

type Command =
  | { readonly kind: 'local' | 'set'; readonly target: Node; readonly value: Node }
  | { readonly kind: 'put' | 'len' | 'tostr' | 'toarray'; readonly value: Node }
  | { readonly kind: 'serialize'; readonly value: Node }
  | { readonly kind: 'foreach'; readonly name: string; readonly list: Node; readonly body: readonly Command[] }
  | {
      readonly kind: 'menu';
      readonly path: string;
      readonly verb: string;
      readonly args: readonly Argument[];
      readonly where: readonly Argument[];
    };

const VERBS = ['find', 'get', 'set', 'add', 'remove', 'monitor', 'print'];

class Parser {
  readonly #text: string;
  readonly #menus: RosMenus;
  #at = 0;
  #menu = '';

  constructor(text: string, menus: RosMenus) {
    this.#text = text;
    this.#menus = menus;
  }

  script(end: '' | '}' = ''): Command[] {
    const commands: Command[] = [];
    for (;;) {
      this.#space();
      while (this.#take(';')) this.#space();
      if (end === '' ? this.#at >= this.#text.length : this.#take(end)) return commands;
      commands.push(this.#command([';', '}']));
      this.#space();
      if (this.#peek() !== ';' && this.#peek() !== '}' && this.#at < this.#text.length) this.#fail('syntax error');
    }
  }

  #command(ends: readonly string[]): Command {
    if (this.#take(':')) return this.#builtin(ends);
    if (this.#peek() === '/') {
      const path = this.#menus.paths.find((one) => this.#text.startsWith(`${one} `, this.#at));
      if (path === undefined) this.#fail('bad command name');
      this.#menu = path;
      this.#at += path.length;
    }
    this.#space();
    const path = this.#menu;
    const verb = this.#word();
    if (!VERBS.includes(verb)) this.#fail(`bad command name ${verb}`);
    const args: Argument[] = [];
    const where: Argument[] = [];
    let into = args;
    for (;;) {
      this.#space();
      const next = this.#peek();
      if (next === '' || ends.includes(next)) break;
      const start = this.#at;
      const word = /^[a-z][a-z-]*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
      if (word === 'where' && into === args) {
        this.#at += word.length;
        into = where;
        continue;
      }
      if (word !== '' && this.#text[this.#at + word.length] === '=') {
        this.#at += word.length + 1;
        into.push({ name: word, value: this.#value() });
      } else if (word !== '' && (word === 'once' || word === 'as-value')) {
        this.#at += word.length;
        into.push({ name: word, value: { kind: 'literal', value: true } });
      } else {
        into.push({ name: undefined, value: this.#value() });
      }
      if (this.#at === start) this.#fail('syntax error');
    }
    this.#menu = path;
    return { kind: 'menu', path, verb, args, where };
  }

  #builtin(ends: readonly string[]): Command {
    const name = this.#word();
    switch (name) {
      case 'local':
      case 'set': {
        this.#space();
        const target: Node = this.#peek() === '(' ? this.#value() : { kind: 'variable', name: this.#name() };
        this.#space();
        return { kind: name, target, value: this.#value() };
      }
      case 'put':
      case 'len':
      case 'tostr':
      case 'toarray':
        this.#space();
        return { kind: name, value: this.#value() };
      case 'serialize': {
        let value: Node | undefined;
        for (;;) {
          this.#space();
          if (this.#text.startsWith('to=json', this.#at)) this.#at += 'to=json'.length;
          else if (this.#text.startsWith('value=', this.#at)) {
            this.#at += 'value='.length;
            value = this.#value();
          } else break;
        }
        if (!value) this.#fail('missing value(s) of argument(s) value');
        return { kind: 'serialize', value };
      }
      case 'foreach': {
        this.#space();
        const variable = this.#name();
        this.#space();
        this.#expect('in=');
        const list = this.#value();
        this.#space();
        this.#expect('do={');
        return { kind: 'foreach', name: variable, list, body: this.script('}') };
      }
      default:
        return this.#fail(`bad command name ${name} ${ends.length}`);
    }
  }

  #value(): Node {
    this.#space();
    const next = this.#peek();
    if (next === '"') return { kind: 'literal', value: this.#string() };
    if (next === '$') {
      this.#at += 1;
      return { kind: 'variable', name: this.#name() };
    }
    if (next === '[') {
      this.#at += 1;
      this.#space();
      const command = this.#command([']']);
      this.#space();
      this.#expect(']');
      return { kind: 'call', command };
    }
    if (next === '(') {
      this.#at += 1;
      let node = this.#value();
      this.#space();
      while (this.#take('->')) {
        node = { kind: 'member', of: node, key: this.#value() };
        this.#space();
      }
      this.#expect(')');
      return node;
    }
    if (next === '{') return this.#array();
    if (next === '*') {
      const id = /^\*[0-9A-Fa-f]+/.exec(this.#text.slice(this.#at))?.[0] ?? this.#fail('syntax error');
      this.#at += id.length;
      return { kind: 'literal', value: new RosId(id.toUpperCase()) };
    }
    const bare = /^[A-Za-z0-9.,:/_-]+/.exec(this.#text.slice(this.#at))?.[0] ?? this.#fail('syntax error');
    this.#at += bare.length;
    return { kind: 'literal', value: /^\d+$/.test(bare) ? Number(bare) : bare };
  }

  #array(): Node {
    this.#expect('{');
    const parts: (readonly [string | undefined, Node])[] = [];
    for (;;) {
      this.#space();
      if (this.#take('}')) return { kind: 'dict', parts };
      const before = this.#at;
      const first = this.#value();
      this.#space();
      if (this.#take('=')) parts.push([String((first as { value: RosValue }).value), this.#value()]);
      else parts.push([undefined, first]);
      this.#space();
      this.#take(';');
      if (this.#at === before) this.#fail('syntax error');
    }
  }

  #string(): string {
    this.#expect('"');
    let text = '';
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) this.#fail('expected end of string');
      this.#at += 1;
      if (next === '"') return text;
      if (next === '$' || next === '[') this.#fail('no substitution was expected here');
      text += next === '\\' ? this.#text[this.#at++] : next;
    }
  }

  /** Of a variable: a hyphen is no part of it. */
  #name(): string {
    const name = /^[A-Za-z][A-Za-z0-9]*/.exec(this.#text.slice(this.#at))?.[0] ?? this.#fail('syntax error');
    this.#at += name.length;
    return name;
  }

  #word(): string {
    const word = /^[A-Za-z][A-Za-z-]*/.exec(this.#text.slice(this.#at))?.[0] ?? this.#fail('syntax error');
    this.#at += word.length;
    return word;
  }

  #space(): void {
    while (/\s/.test(this.#peek())) this.#at += 1;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at) || text === '') return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail(`expected ${text}`);
  }

  #fail(words: string): never {
    throw new RosError(`${words} (line 1 column ${this.#at + 1})`);
  }
}

/** Runs a script; what it puts comes out line by line, and its error as the last one. */
export function runScript(text: string, menus: RosMenus, put: (line: string) => void): void {
  const commands = new Parser(text, menus).script();
  const variables = new Map<string, RosValue>();

  const evaluate = (node: Node): RosValue => {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'variable':
        return variables.get(node.name);
      case 'member': {
        const [of, key] = [evaluate(node.of), evaluate(node.key)];
        if (Array.isArray(of)) return of[Number(key)];
        return of instanceof RosDict ? of.entries.get(String(key)) : undefined;
      }
      case 'dict': {
        if (node.parts.every(([key]) => key === undefined)) return node.parts.map(([, value]) => evaluate(value));
        const dict = new RosDict();
        for (const [key, value] of node.parts) dict.entries.set(key ?? '', evaluate(value));
        return dict;
      }
      case 'call':
        return run(node.command);
    }
  };
  const args = (list: readonly Argument[]): RosArg[] =>
    list.map(({ name, value }) => ({ name, value: evaluate(value) }));

  const run = (command: Command): RosValue => {
    switch (command.kind) {
      case 'local':
        variables.set((command.target as { name: string }).name, evaluate(command.value));
        return undefined;
      case 'set': {
        const value = evaluate(command.value);
        const { target } = command;
        if (target.kind === 'variable') variables.set(target.name, value);
        else if (target.kind === 'member') {
          const [of, key] = [evaluate(target.of), evaluate(target.key)];
          if (Array.isArray(of)) of[Number(key)] = value;
          else if (of instanceof RosDict) of.entries.set(String(key), value);
          else throw new RosError('invalid internal item number');
        }
        return undefined;
      }
      case 'put':
        put(shown(evaluate(command.value)));
        return undefined;
      case 'len': {
        const value = evaluate(command.value);
        return Array.isArray(value) ? value.length : String(value ?? '').length;
      }
      case 'tostr':
        return shown(evaluate(command.value));
      case 'toarray': {
        const value = evaluate(command.value);
        return value === '' ? [] : [value];
      }
      case 'serialize':
        return json(evaluate(command.value));
      case 'foreach': {
        const list = evaluate(command.list);
        for (const one of Array.isArray(list) ? list : list === undefined ? [] : [list]) {
          variables.set(command.name, one);
          for (const inner of command.body) run(inner);
        }
        return undefined;
      }
      case 'menu':
        return menus.run(command.path, command.verb, args(command.args), args(command.where));
    }
  };
  for (const command of commands) run(command);
}

function shown(value: RosValue): string {
  if (value instanceof RosId) return value.text;
  if (Array.isArray(value)) return value.map(shown).join(';');
  if (value instanceof RosDict) return [...value.entries].map(([key, one]) => `${key}=${shown(one)}`).join(';');
  return value === undefined ? '' : String(value);
}

/** Texts that look like numbers become numbers, as `:serialize` has it without its newer option. */
function json(value: RosValue): string {
  if (value === undefined) return 'null';
  if (value instanceof RosId) return JSON.stringify(value.text);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (value instanceof RosDict) {
    return `{${[...value.entries].map(([key, one]) => `${JSON.stringify(key)}:${json(one)}`).join(',')}}`;
  }
  if (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value)) return Number(value).toFixed(6);
  return JSON.stringify(value);
}
