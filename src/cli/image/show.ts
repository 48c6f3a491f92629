import { Command } from 'commander';
import { namedIn, readCatalogue } from '../../roots/image-store/catalogue.ts';
import { readDetails } from '../../roots/image-store/details.ts';
import { usesOf } from '../../roots/image-store/usage.ts';
import { EXIT } from '../exit.ts';
import { stateRoot } from '../places.ts';
import { openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';
import { imageLines } from './describe.ts';
import { isNamed } from './named.ts';

export function showCommand(): Command {
  return withStoreOptions(new Command('show').argument('<image>', 'NAME (its last version) or NAME:VERSION'))
    .description('show all that is known of an image: where it is from, what boots, what was changed, who uses it')
    .action(async (text: string, options: StoreOptions) => {
      const store = openStore(options);
      const image = await store.find(text);
      const details = readDetails(image.directory);
      const said = namedIn(readCatalogue(store.directory), isNamed(image, await store.list()));
      const users = await usesOf(image, stateRoot(options.state));
      if (options.json)
        console.log(
          JSON.stringify(
            { ...image, image: reference(image), details: details ?? null, offered: said, users },
            null,
            2,
          ),
        );
      else console.log(imageLines(image, details, said, users).join('\n'));
      process.exitCode = EXIT.done;
    });
}
