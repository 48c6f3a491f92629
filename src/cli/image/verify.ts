import { Command } from 'commander';
import { verifyImage } from '../../roots/image-store/verify.ts';
import { EXIT } from '../exit.ts';
import { openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';

export function verifyCommand(): Command {
  return withStoreOptions(new Command('verify').argument('<image>', 'NAME (its last version) or NAME:VERSION'))
    .description('read the whole image again and tell what is not as it was imported')
    .addHelpText('after', '\nExit codes: 0 it is as it was, 1 it is not, or nothing was written down of it.')
    .action(async (text: string, options: StoreOptions) => {
      const image = await openStore(options).find(text);
      const { entries, bytes, count, differences } = await verifyImage(image);
      if (options.json)
        console.log(JSON.stringify({ image: reference(image), entries, bytes, count, differences }, null, 2));
      else {
        for (const { what, path, detail } of differences) console.log(`${what.padEnd(7)}  ${path}: ${detail}`);
        console.log(
          count === 0
            ? `${reference(image)} is as it was imported: ${entries} files, ${bytes} bytes`
            : `${reference(image)}: ${count} differences`,
        );
      }
      process.exitCode = count === 0 ? EXIT.done : EXIT.failed;
    });
}
