/**
 * Reads a value by its zod schema and goes on after the first problem: one broken switch must not hide what is wrong
 * with the next. Objects and lists are walked here, everything else is the schema's own work.
 */
import type { z } from 'zod';
import { didYouMean } from '../nearest.ts';
import type { Prefix } from '../prefix.ts';
import type { Path, Report } from './problem.ts';

/** Values that are read whole or not at all. */
type Whole = string | number | boolean | undefined | Prefix | readonly number[] | readonly string[] | WholeObject;
interface WholeObject {
  readonly file?: string;
  readonly env?: string;
}

/** What is left of `T` when any part of it may have been unreadable. */
export type Draft<T> = T extends Whole
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Draft<Item> | undefined)[]
    : { readonly [Key in keyof T]?: Draft<T[Key]> | undefined };

/** What `.meta()` of a schema may say, for messages. */
export interface Expectation {
  /** What would be right: `a UDP port from 1 to 65535`. */
  readonly expected?: string;
  /** The value must not be quoted in a message. */
  readonly secret?: boolean;
}

/** Issue parameters of our own transforms. */
export interface IssueParams {
  /** Empty where quoting the value says it best. */
  readonly message?: string;
  readonly expected?: string;
}

/** The readable parts of `value`; everything else is reported with its path. */
export function readTolerantly<S extends z.ZodType>(schema: S, value: unknown, report: Report): Draft<z.output<S>> {
  return walk(schema, value, [], report) as Draft<z.output<S>>;
}

// biome-ignore lint/suspicious/noExplicitAny: the definitions of zod's schema classes have no common typed base
type Definition = any;

function walk(schema: z.ZodType, value: unknown, path: Path, report: Report): unknown {
  const definition: Definition = schema.def;
  switch (definition.type) {
    case 'optional':
      return value === undefined ? undefined : walk(definition.innerType, value, path, report);
    case 'default':
      return value === undefined ? definition.defaultValue : walk(definition.innerType, value, path, report);
    case 'prefault':
      return walk(definition.innerType, value === undefined ? definition.defaultValue : value, path, report);
    case 'object':
      return walkObject(schema, definition.shape, value, path, report);
    case 'record':
      return walkRecord(schema, definition.keyType, definition.valueType, value, path, report);
    case 'array':
      return walkList(schema, definition.element, value, path, report);
    case 'union':
      return walkUnion(schema, definition, value, path, report);
    default:
      return readLeaf(schema, value, path, report);
  }
}

function walkObject(
  schema: z.ZodType,
  shape: Record<string, z.ZodType>,
  value: unknown,
  path: Path,
  report: Report,
): unknown {
  if (!isMapping(value)) return wrongKind(schema, 'a mapping of keys', value, path, report);
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(shape, key)) continue;
    const open = Object.keys(shape).filter((candidate) => !Object.hasOwn(value, candidate));
    const hint = didYouMean(key, open.length > 0 ? open : Object.keys(shape));
    const name = key === '<<' ? 'merge key "<<" is not supported' : `unknown key ${quote(key)}${hint}`;
    report([...path, key], name, hint ? '' : `one of ${Object.keys(shape).join(', ')}`, { at: 'key' });
  }
  for (const [key, field] of Object.entries(shape)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined && !field.safeParse(undefined).success) {
      const what = path.length === 0 ? '' : ` in ${nameOf(path)}`;
      report([...path, key], `${key} is missing${what}`, expectedOf(field), { at: 'parent' });
    } else result[key] = walk(field, given, [...path, key], report);
  }
  return result;
}

/** A mapping whose keys are the reader's own. */
function walkRecord(
  schema: z.ZodType,
  keys: z.ZodType,
  values: z.ZodType,
  value: unknown,
  path: Path,
  report: Report,
): unknown {
  if (!isMapping(value)) return wrongKind(schema, 'a mapping of keys', value, path, report);
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (keys.safeParse(key).success) result[key] = walk(values, item, [...path, key], report);
    else report([...path, key], `the key ${quote(key)} of ${nameOf(path)}`, expectedOf(keys), { at: 'key' });
  }
  return result;
}

function walkList(schema: z.ZodType, element: z.ZodType, value: unknown, path: Path, report: Report): unknown {
  if (!Array.isArray(value)) return wrongKind(schema, 'a list', value, path, report);
  return value.map((item, index) => walk(element, item, [...path, index], report));
}

/** Only unions told apart by one key are walked. */
function walkUnion(schema: z.ZodType, definition: Definition, value: unknown, path: Path, report: Report): unknown {
  if (!definition.discriminator) return readLeaf(schema, value, path, report);
  if (!isMapping(value)) return wrongKind(schema, 'a mapping of keys', value, path, report);
  const key: string = definition.discriminator;
  const option = definition.options.find(
    (candidate: { shape: Record<string, z.ZodType> }) => candidate.shape[key]?.safeParse(value[key]).success,
  );
  if (option) return walk(option, value, path, report);
  const missing = value[key] === undefined;
  const message = missing ? `${key} is missing in ${nameOf(path)}` : `${key} is ${describe(value[key])}`;
  report([...path, key], message, expectedOf(schema), { at: missing ? 'parent' : 'value' });
  return undefined;
}

function readLeaf(schema: z.ZodType, value: unknown, path: Path, report: Report): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const params = (issue?.code === 'custom' ? (issue.params ?? {}) : {}) as IssueParams;
  if (params.message) report(path, `${nameOf(path)}: ${params.message}`, params.expected ?? expectedOf(schema));
  else {
    const choices = issue?.code === 'invalid_value' && typeof value === 'string' ? issue.values.map(String) : [];
    const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
    const shown = secretOf(schema) ? 'not in the right form' : describe(value);
    report(path, `${nameOf(path)} is ${shown}${hint}`, hint ? '' : expectedOf(schema));
  }
  return undefined;
}

function wrongKind(schema: z.ZodType, kind: string, value: unknown, path: Path, report: Report): undefined {
  const shown = secretOf(schema) ? 'not in the right form' : describe(value);
  report(path, `${nameOf(path)} is ${shown}`, expectedOf(schema) || kind);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `ports` for switches[1].ports; list items by their list and number from 1. */
function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the rack file';
  return typeof last === 'string' ? last : `${nameOf(path.slice(0, -1))} item ${last + 1}`;
}

function expectationOf(schema: z.ZodType): Expectation {
  const own = schema.meta() as Expectation | undefined;
  if (own?.expected !== undefined || own?.secret !== undefined) return own;
  const inner: z.ZodType | undefined = (schema.def as Definition).innerType;
  return inner ? expectationOf(inner) : {};
}

function expectedOf(schema: z.ZodType): string {
  return expectationOf(schema).expected ?? '';
}

function secretOf(schema: z.ZodType): boolean {
  return expectationOf(schema).secret === true;
}

/** A value in a few words; texts in quotes, cut short. */
export function describe(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'empty';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
