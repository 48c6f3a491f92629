/** What people say of images: labels for each model, and which image a model gets when none is asked for. `catalogue.json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../errors.ts';
import { writeDurably } from '../files.ts';

const FILE = 'catalogue.json';

const model = z.object({
  /** Text by `NAME` or `NAME:VERSION`. */
  labels: z.record(z.string(), z.string()),
  default: z.string().optional(),
});
const catalogueSchema = z.object({ models: z.record(z.string(), model) });

export type Catalogue = z.infer<typeof catalogueSchema>;

/** One line that may be shown anywhere. */
const LABEL = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,100}$/u;
export const isLabel = (text: string): boolean => LABEL.test(text) && text.trim() === text;

/** An absent file is an empty catalogue. Throws for one that is damaged: it is not overwritten. */
export function readCatalogue(store: string): Catalogue {
  try {
    return catalogueSchema.parse(JSON.parse(readFileSync(join(store, FILE), 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { models: {} };
    throw new Error(`${join(store, FILE)} cannot be read: mend it or move it away`, { cause: error });
  }
}

export async function writeCatalogue(store: string, catalogue: Catalogue): Promise<void> {
  const models = Object.fromEntries(
    Object.entries(catalogue.models).filter(
      ([, each]) => each.default !== undefined || Object.keys(each.labels).length > 0,
    ),
  );
  await writeDurably(join(store, FILE), `${JSON.stringify({ models }, undefined, 2)}\n`, 0o644);
}

/** Pure: the catalogue with a label set, or taken away where `text` is undefined. */
export function withLabel(catalogue: Catalogue, name: string, image: string, text: string | undefined): Catalogue {
  const before = catalogue.models[name] ?? { labels: {} };
  const { [image]: _, ...others } = before.labels;
  const labels = text === undefined ? others : { ...others, [image]: text };
  return { models: { ...catalogue.models, [name]: { ...before, labels } } };
}

/** Pure: the catalogue with the model's default set, or taken away. */
export function withDefault(catalogue: Catalogue, name: string, image: string | undefined): Catalogue {
  const { labels } = catalogue.models[name] ?? { labels: {} };
  return { models: { ...catalogue.models, [name]: image === undefined ? { labels } : { labels, default: image } } };
}

/** The image that every model with a default has; undefined where they differ, or none has one. */
export function commonDefault({ models }: Catalogue): string | undefined {
  const [first, ...others] = new Set(Object.values(models).flatMap((model) => model.default ?? []));
  return others.length === 0 ? first : undefined;
}

/** Where a catalogue names this image: sentences for a person. */
export function namedIn(catalogue: Catalogue, matches: (reference: string) => boolean): string[] {
  return Object.entries(catalogue.models).flatMap(([name, each]) => [
    ...(each.default !== undefined && matches(each.default) ? [`it is the default of model ${name}`] : []),
    ...Object.keys(each.labels)
      .filter(matches)
      .map((reference) => `it is offered for model ${name} as ${JSON.stringify(each.labels[reference])}`),
  ]);
}
