import { Command } from 'commander';
import { namedIn, readCatalogue } from '../../roots/image-store/catalogue.ts';
import { ImageInUse } from '../../roots/image-store/store.ts';
import { usesOf } from '../../roots/image-store/usage.ts';
import { EXIT } from '../exit.ts';
import { stateRoot } from '../places.ts';
import { assertRoot, openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';
import { isNamed } from './named.ts';

export function rmCommand(): Command {
  return withStoreOptions(new Command('rm').argument('<image>', 'NAME:VERSION, or NAME for its last version'))
    .description('remove an image; refused while a root, a rack, a label or a default needs it')
    .addHelpText('after', '\nExit codes: 0 removed, 1 refused: who uses it is told. There is no way to force it.')
    .action(async (text: string, options: StoreOptions) => {
      assertRoot('removing an image');
      const store = openStore(options);
      const image = await store.find(text);
      const said = namedIn(readCatalogue(store.directory), isNamed(image, await store.list()));
      const users = [...(await usesOf(image, stateRoot(options.state))), ...said];
      if (users.length > 0) throw new ImageInUse(reference(image), users);
      await store.remove(image);
      console.log(options.json ? JSON.stringify({ removed: reference(image) }) : `${reference(image)} is removed`);
      process.exitCode = EXIT.done;
    });
}
