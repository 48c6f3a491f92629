/** Which types of events somebody wants: `boot.up,job.*`. */
import { z } from 'zod';
import { CLIENT_EVENT_TYPES, PASSING_EVENTS } from '../../../rack/tenancy/event-types.ts';

const MOST_TYPES = 50;
const WORD = /^[a-z0-9_]{1,40}(\.([a-z0-9_]{1,40}|\*))?$/;
const KNOWN: ReadonlySet<string> = new Set([...CLIENT_EVENT_TYPES, ...PASSING_EVENTS]);
const FAMILIES: ReadonlySet<string> = new Set([...KNOWN].map((type) => `${familyOf(type)}.*`));

export class TypeFilter {
  readonly #types: ReadonlySet<string>;

  constructor(types: readonly string[]) {
    this.#types = new Set(types);
  }

  has(type: string): boolean {
    return this.#types.has(type) || this.#types.has(`${familyOf(type)}.*`);
  }
}

function familyOf(type: string): string {
  return type.slice(0, type.indexOf('.'));
}

/** What is wrong with a type that customers name; undefined: nothing. Words without a dot are of the rack's own staff. */
export function wrongType(type: string): string | undefined {
  if (KNOWN.has(type) || FAMILIES.has(type) || (WORD.test(type) && !type.includes('.'))) return undefined;
  return `expected types such as boot.up or job.*, out of ${[...KNOWN].join(', ')}`;
}

export const typeQuery = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    const types = text.split(',');
    const wrong =
      types.length > MOST_TYPES ? `expected at most ${MOST_TYPES} types` : types.map(wrongType).find(Boolean);
    if (wrong === undefined) return new TypeFilter(types);
    context.addIssue({ code: 'custom', message: wrong });
    return z.NEVER;
  })
  .optional()
  .describe('only events of these types, with commas between them: `boot.up,job.*`');
