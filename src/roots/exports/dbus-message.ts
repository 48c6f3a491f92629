/**
 * D-Bus messages (D-Bus Specification, "Type System" and "Message Protocol"), as much as managing an NFS server needs:
 * method calls out; returns, errors and signals in. Little-endian, which both ends use on the machines this runs on.
 */
import { DecodeError } from '../../wire/cursor.ts';

export type DBusValue = number | bigint | boolean | string | readonly DBusValue[];

export interface MethodCall {
  readonly serial: number;
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Strings (`s`) and 16-bit numbers (`q`). */
  readonly args: readonly (string | number)[];
}

export interface DBusMessage {
  readonly type: 'call' | 'return' | 'error' | 'signal';
  /** Serial of the call that this answers. */
  readonly replySerial: number | undefined;
  readonly errorName: string | undefined;
  readonly body: readonly DBusValue[];
}

/** "Header Fields" */
const FIELD = { path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6, signature: 8 } as const;
const TYPES = ['call', 'return', 'error', 'signal'] as const;
const LITTLE_ENDIAN = 0x6c;
const VERSION = 1;
const FIXED_HEADER = 16;
/** The specification allows 128 MiB; a rack's exports are a few hundred kB. */
const MAX_MESSAGE = 16 * 1024 * 1024;
/** "Valid Signatures": 32 levels of arrays and 32 of structs. */
const MAX_DEPTH = 64;

export function encodeCall(call: MethodCall): Uint8Array {
  const body = new Writer();
  let signature = '';
  for (const arg of call.args) {
    if (typeof arg === 'string') body.string(arg);
    else body.u16(arg);
    signature += typeof arg === 'string' ? 's' : 'q';
  }
  const fields = new Writer();
  fields.field(FIELD.path, 'o', call.path);
  fields.field(FIELD.interface, 's', call.interface);
  fields.field(FIELD.member, 's', call.member);
  fields.field(FIELD.destination, 's', call.destination);
  if (signature !== '') fields.field(FIELD.signature, 'g', signature);
  const head = new Writer();
  for (const byte of [LITTLE_ENDIAN, TYPES.indexOf('call') + 1, 0, VERSION]) head.u8(byte);
  head.u32(body.length);
  head.u32(call.serial);
  head.u32(fields.length);
  return Buffer.concat([head.bytes(), fields.bytes(), Buffer.alloc(padding(fields.length, 8)), body.bytes()]);
}

/** Length of the message that begins with these bytes; undefined while they are too few to say. Throws DecodeError. */
export function messageLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < FIXED_HEADER) return undefined;
  if (bytes[0] !== LITTLE_ENDIAN) throw new DecodeError('dbus', 'endianness', 0, `expected 'l', got ${bytes[0]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = view.getUint32(4, true);
  const fields = view.getUint32(12, true);
  const length = FIXED_HEADER + fields + padding(fields, 8) + body;
  if (length > MAX_MESSAGE)
    throw new DecodeError('dbus', 'length', 4, `expected at most ${MAX_MESSAGE} bytes, got ${length}`);
  return length;
}

/** Throws DecodeError for anything but one whole message. */
export function decodeMessage(bytes: Uint8Array): DBusMessage {
  const length = messageLength(bytes);
  if (length !== bytes.length)
    throw new DecodeError('dbus', 'length', 4, `expected ${length ?? 'a header'}, got ${bytes.length} bytes`);
  const type = TYPES[(bytes[1] as number) - 1];
  if (type === undefined) throw new DecodeError('dbus', 'type', 1, `expected 1 to 4, got ${bytes[1]}`);
  const reader = new LittleReader(bytes, 12);
  const fields = reader.value(parseSignature('a(yv)')[0] as Type, 0) as readonly (readonly [number, DBusValue])[];
  const field = (code: number) => fields.find(([each]) => each === code)?.[1];
  reader.align(8);
  const signature = field(FIELD.signature);
  const body = parseSignature(typeof signature === 'string' ? signature : '').map((each) => reader.value(each, 0));
  if (reader.offset !== bytes.length)
    throw reader.error('body', `${bytes.length - reader.offset} bytes more than its signature says`);
  const replySerial = field(FIELD.replySerial);
  const errorName = field(FIELD.errorName);
  return {
    type,
    replySerial: typeof replySerial === 'number' ? replySerial : undefined,
    errorName: typeof errorName === 'string' ? errorName : undefined,
    body,
  };
}

/** A type: a basic one by its letter, `a` with its element, `(` with its members (also for `{`). */
interface Type {
  readonly code: string;
  readonly inner: readonly Type[];
}

function parseSignature(signature: string): Type[] {
  let at = 0;
  const bad = (reason: string) => new DecodeError('dbus', 'signature', at, `${JSON.stringify(signature)}: ${reason}`);
  const one = (depth: number): Type => {
    const code = signature[at++];
    if (depth > MAX_DEPTH) throw bad('nested too deeply');
    if (code === 'a') return { code, inner: [one(depth + 1)] };
    if (code === '(' || code === '{') {
      const close = code === '(' ? ')' : '}';
      const inner: Type[] = [];
      while (signature[at] !== close) {
        if (at >= signature.length) throw bad(`expected ${close}`);
        inner.push(one(depth + 1));
      }
      at++;
      if (inner.length === 0) throw bad('an empty struct');
      return { code: '(', inner };
    }
    if (code === undefined || !'ybnqiuxtdsogvh'.includes(code)) throw bad(`expected a type, got ${code ?? 'the end'}`);
    return { code, inner: [] };
  };
  const types: Type[] = [];
  while (at < signature.length) types.push(one(0));
  return types;
}

const padding = (length: number, alignment: number): number => (alignment - (length % alignment)) % alignment;

const ALIGNMENT: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  s: 4,
  o: 4,
  a: 4,
  h: 4,
  x: 8,
  t: 8,
  d: 8,
  '(': 8,
};

class LittleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
  }

  error(field: string, reason: string): DecodeError {
    return new DecodeError('dbus', field, this.offset, reason);
  }

  align(to: number): void {
    this.#take('padding', padding(this.offset, to));
  }

  value(type: Type, depth: number): DBusValue {
    if (depth > MAX_DEPTH) throw this.error('value', 'nested too deeply');
    const { code } = type;
    this.align(ALIGNMENT[code] as number);
    switch (code) {
      case 'y':
        return this.#view.getUint8(this.#take(code, 1));
      case 'n':
        return this.#view.getInt16(this.#take(code, 2), true);
      case 'q':
        return this.#view.getUint16(this.#take(code, 2), true);
      case 'i':
        return this.#view.getInt32(this.#take(code, 4), true);
      case 'b':
        return this.#view.getUint32(this.#take(code, 4), true) !== 0;
      case 'x':
        return this.#view.getBigInt64(this.#take(code, 8), true);
      case 't':
        return this.#view.getBigUint64(this.#take(code, 8), true);
      case 'd':
        return this.#view.getFloat64(this.#take(code, 8), true);
      case 's':
      case 'o':
        return this.#text(this.#view.getUint32(this.#take(code, 4), true));
      case 'g':
        return this.#text(this.#view.getUint8(this.#take(code, 1)));
      case 'v':
        return this.#variant(depth);
      case 'a':
        return this.#array(type.inner[0] as Type, depth);
      case '(':
        return type.inner.map((each) => this.value(each, depth + 1));
      default:
        return this.#view.getUint32(this.#take(code, 4), true);
    }
  }

  #text(length: number): string {
    const from = this.#take('string', length + 1);
    if (this.#bytes[from + length] !== 0) throw this.error('string', 'expected a terminating NUL');
    return Buffer.from(this.#bytes.subarray(from, from + length)).toString('utf8');
  }

  #variant(depth: number): DBusValue {
    const types = parseSignature(this.#text(this.#view.getUint8(this.#take('variant', 1))));
    if (types.length !== 1) throw this.error('variant', `expected one type, got ${types.length}`);
    return this.value(types[0] as Type, depth + 1);
  }

  #array(element: Type, depth: number): DBusValue[] {
    const length = this.#view.getUint32(this.#take('array', 4), true);
    this.align(ALIGNMENT[element.code] as number);
    const end = this.offset + length;
    if (end > this.#bytes.length)
      throw this.error('array', `expected ${length} bytes, got ${this.#bytes.length - this.offset}`);
    const values: DBusValue[] = [];
    while (this.offset < end) values.push(this.value(element, depth + 1));
    if (this.offset !== end) throw this.error('array', 'its last element is longer than it');
    return values;
  }

  #take(field: string, length: number): number {
    const from = this.offset;
    if (from + length > this.#bytes.length)
      throw this.error(field, `expected ${length} bytes, got ${this.#bytes.length - from}`);
    this.offset += length;
    return from;
  }
}

class Writer {
  readonly #parts: Buffer[] = [];
  length = 0;

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  u8(value: number): void {
    this.#add(Buffer.of(value));
  }

  u16(value: number): void {
    const part = Buffer.alloc(2);
    part.writeUInt16LE(value);
    this.#align(2);
    this.#add(part);
  }

  u32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.#align(4);
    this.#add(part);
  }

  string(value: string): void {
    const text = Buffer.from(value, 'utf8');
    this.u32(text.length);
    this.#add(Buffer.concat([text, Buffer.of(0)]));
  }

  signature(value: string): void {
    this.u8(value.length);
    this.#add(Buffer.from(`${value}\0`, 'latin1'));
  }

  /** One header field: a struct of its code and a variant. */
  field(code: number, type: 'o' | 's' | 'g', value: string): void {
    this.#align(8);
    this.u8(code);
    this.signature(type);
    if (type === 'g') this.signature(value);
    else this.string(value);
  }

  #align(to: number): void {
    this.#add(Buffer.alloc(padding(this.length, to)));
  }

  #add(part: Buffer): void {
    this.#parts.push(part);
    this.length += part.length;
  }
}
