/** A built image in the catalogue: under a text, where one was given, and as the default of models that have none. */
import { isLabel, readCatalogue, withDefault, withLabel, writeCatalogue } from '../../roots/image-store/catalogue.ts';
import type { ImageDetails } from '../../roots/image-store/details.ts';
import type { ImageStore } from '../../roots/image-store/store.ts';
import type { Image } from '../../roots/images.ts';
import { CliError, EXIT } from '../exit.ts';
import { reference } from './common.ts';

/** What was said of it, as sentences. */
export async function offerBuilt(
  store: ImageStore,
  image: Image,
  { models }: ImageDetails,
  label: string | undefined,
): Promise<string[]> {
  let catalogue = readCatalogue(store.directory);
  const without = models.filter((model) => catalogue.models[model]?.default === undefined);
  for (const model of without) catalogue = withDefault(catalogue, model, image.name);
  for (const model of models) if (label !== undefined) catalogue = withLabel(catalogue, model, reference(image), label);
  if (without.length > 0 || label !== undefined) await writeCatalogue(store.directory, catalogue);
  return [
    ...(label === undefined ? [] : [`offered for ${models.join(', ')} as ${JSON.stringify(label)}`]),
    ...(without.length === 0
      ? []
      : [
          `${image.name} is the default of ${without.join(', ')} from now on, as nothing else was; \`pirack image default\` changes that`,
        ]),
  ];
}

/** Throws CliError before anything is built. */
export function assertLabel(label: string | undefined): void {
  if (label !== undefined && !isLabel(label))
    throw new CliError(EXIT.usage, '--label: expected a text of 1 to 100 printable characters on one line');
}
