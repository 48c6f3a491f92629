import { Command } from 'commander';
import { run } from '../../net/run.ts';
import { undoSteps } from '../../roots/image-store/derive.ts';
import { EXIT } from '../exit.ts';
import { assertRoot, openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';

export function undoCommand(): Command {
  return withStoreOptions(
    new Command('undo')
      .argument('<image>', 'NAME (its last version) or NAME:VERSION')
      .argument('<step...>', 'steps of its preparation, as `pirack image show` names them')
      .requiredOption('--version <version>', 'the version of the image without them'),
  )
    .description('make a new version of an image without some steps of its preparation')
    .addHelpText('after', '\nExample: pirack image undo raspios-lite health --version 2024-11-19-no-health')
    .action(async (text: string, steps: string[], options: StoreOptions & { version: string }) => {
      assertRoot('making a version');
      const store = openStore(options);
      const image = await store.find(text);
      const undone = await undoSteps(store, image, { steps, version: options.version, run, now: () => new Date() });
      const made = reference(undone.image);
      if (options.json)
        console.log(JSON.stringify({ image: made, directory: undone.image.directory, pristine: undone.pristine }));
      else
        console.log(
          `${made} is ${reference(image)} without ${steps.join(', ')}${undone.pristine ? ', and with that as it was imported' : ''}`,
        );
      process.exitCode = EXIT.done;
    });
}
