/** Rows as `:serialize to=json` gives them: a text that looks like a number is one, a list of one may be no list. */
import { SshAnswerInvalid } from '../errors.ts';

export type Row = Readonly<Record<string, unknown>>;

/** @throws SshAnswerInvalid */
export function rows(json: string, what: string): readonly Row[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new SshAnswerInvalid(what, (error as Error).message, { cause: error });
  }
  // One row of `monitor` comes without the list around it.
  const list = Array.isArray(value) ? value : [value];
  for (const row of list) {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new SshAnswerInvalid(what, 'a row is no row');
  }
  return list as Row[];
}

export function text(row: Row, key: string): string | undefined {
  const value = row[key];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function flag(row: Row, key: string): boolean | undefined {
  const value = text(row, key);
  if (value === 'true' || value === 'yes') return true;
  return value === 'false' || value === 'no' ? false : undefined;
}

/** A number, perhaps with its unit: `4.8`, `"4.8W"`. */
export function amount(row: Row, key: string): number | undefined {
  const value = /^(\d{1,7}(?:\.\d{1,6})?)\s*(?:W|V|mA)?$/.exec(text(row, key) ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}

export function list(row: Row, key: string): readonly string[] {
  const value = row[key];
  const parts = Array.isArray(value) ? value.map(String) : (text(row, key) ?? '').split(/[,;]/);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** `*1A` is 26: the number that SNMP has for the interface. */
export function idNumber(row: Row): number | undefined {
  const digits = /^\*([0-9A-Fa-f]{1,8})$/.exec(text(row, '.id') ?? '')?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
