import { Command } from 'commander';
import { isLabel, readCatalogue, withDefault, withLabel, writeCatalogue } from '../../roots/image-store/catalogue.ts';
import { readDetails } from '../../roots/image-store/details.ts';
import type { ImageStore } from '../../roots/image-store/store.ts';
import { CliError, EXIT } from '../exit.ts';
import { MODELS, modelNamed, openStore, type StoreOptions, withStoreOptions } from './common.ts';

export function labelCommand(): Command {
  return withStoreOptions(
    new Command('label')
      .argument('<image>', 'NAME, for whichever version is the last, or NAME:VERSION')
      .argument('<model>', MODELS.join(', '))
      .argument('[text...]', 'what a person is shown, such as "Raspberry Pi OS 12 (64 bit)"')
      .option('--remove', 'offer it for that model no more'),
  )
    .description('offer an image for a model of board, under a text')
    .action(async (image: string, model: string, words: string[], options: StoreOptions & { remove?: boolean }) => {
      const name = modelNamed(model);
      const text = words.join(' ');
      if ((options.remove === true) === (text !== '')) throw new CliError(EXIT.usage, 'expected a text, or --remove');
      if (text !== '' && !isLabel(text))
        throw new CliError(EXIT.usage, 'expected a text of 1 to 100 printable characters on one line');
      const store = openStore(options);
      if (options.remove !== true) await assertBoots(store, image, name);
      const before = readCatalogue(store.directory);
      if (options.remove && before.models[name]?.labels[image] === undefined)
        throw new CliError(
          EXIT.failed,
          `${image} is not offered for model ${name} under that name; \`pirack image list\` shows what is`,
        );
      const after = withLabel(before, name, image, options.remove ? undefined : text);
      await writeCatalogue(store.directory, after);
      if (options.json) console.log(JSON.stringify(after, null, 2));
      else
        console.log(
          options.remove
            ? `${image} is no longer offered for model ${name}`
            : `${image} is offered for model ${name} as ${JSON.stringify(text)}`,
        );
      process.exitCode = EXIT.done;
    });
}

export function defaultCommand(): Command {
  return withStoreOptions(
    new Command('default')
      .argument('<model>', MODELS.join(', '))
      .argument('[image]', 'NAME, for whichever version is the last, or NAME:VERSION; left out: show it')
      .option('--none', 'the model has no default any more'),
  )
    .description('the image that a model gets when none is asked for')
    .action(async (model: string, image: string | undefined, options: StoreOptions & { none?: boolean }) => {
      const name = modelNamed(model);
      if (image !== undefined && options.none) throw new CliError(EXIT.usage, 'expected an image or --none, not both');
      const store = openStore(options);
      let catalogue = readCatalogue(store.directory);
      if (image !== undefined || options.none) {
        if (image !== undefined) await assertBoots(store, image, name);
        catalogue = withDefault(catalogue, name, image);
        await writeCatalogue(store.directory, catalogue);
      }
      const chosen = catalogue.models[name]?.default;
      if (options.json) console.log(JSON.stringify({ model: name, default: chosen ?? null }));
      else
        console.log(
          chosen === undefined
            ? `model ${name} has no default`
            : `model ${name} gets ${chosen} when no image is asked for`,
        );
      process.exitCode = EXIT.done;
    });
}

/** An image that was imported says which models it boots; one that does not say is taken at the word of whoever asks. */
async function assertBoots(store: ImageStore, reference: string, model: string): Promise<void> {
  const details = readDetails((await store.find(reference)).directory);
  if (details === undefined || details.models.includes(model)) return;
  throw new CliError(
    EXIT.failed,
    `${reference} does not boot a ${model}: it has firmware and device trees for ${details.models.join(', ') || 'no model'}`,
  );
}
