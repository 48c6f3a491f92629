/** Choosing servers by their tags. */
import { z } from 'zod';

const one = z
  .string()
  .regex(/^[a-z0-9._-]{1,63}(:.{0,255})?$/is, { error: 'expected a tag, or a tag and its value as tag:value' });

export const tagQuery = z
  .union([one.transform((tag) => [tag]), z.array(one).max(8)])
  .optional()
  .describe('only servers with this tag, or with this value of it as tag:value; given several times: with all of them');

export function hasTags(tags: Readonly<Record<string, string>>, wanted: readonly string[] | undefined): boolean {
  return (wanted ?? []).every((text) => {
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    return Object.hasOwn(tags, name) && (colon < 0 || tags[name] === text.slice(colon + 1));
  });
}
