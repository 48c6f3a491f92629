/** Rows whose value a program of the recorder's makes up (`65:numeric|rate=11,initial=5`): here they stand still. */
import { FieldInvalid, shown } from './errors.ts';

/**
 * The value that such a row has at the start, as text.
 * @throws FieldInvalid for a program that does not say what it starts from
 */
export function standingValue(module: string, text: string): string {
  const settings = new Map(
    text
      .trim()
      .split(',')
      .filter((part) => part.includes('='))
      .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()] as const),
  );
  const value = settings.get('value') ?? settings.get('initial');
  if (value !== undefined) return value;
  if (module === 'numeric') return settings.get('min') ?? '0';
  throw new FieldInvalid(`value= or initial= for the variation ${shown(module)}`, shown(text));
}
