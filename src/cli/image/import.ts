import { Command } from 'commander';
import { run } from '../../net/run.ts';
import { type Imported, importImage } from '../../roots/import/index.ts';
import { CliError, EXIT } from '../exit.ts';
import { assertRoot, megabytes, openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';
import { preparedLines } from './describe.ts';
import { interruptible } from './interruptible.ts';

interface ImportCommandOptions extends StoreOptions {
  readonly name?: string;
  readonly version?: string;
  readonly sha256?: string;
  readonly signature?: string;
  readonly keyring?: string;
  readonly maxSize?: string;
  readonly prepare: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .argument('<source>', 'an .img, alone or packed (.xz, .gz, .zst, .zip), a tar archive, or a directory')
    .description('take an operating system in: split, checked, prepared for netboot, kept under a name and version')
    .option('--name <name>', 'the image’s name (default: from the file’s name)')
    .option('--version <version>', 'its version (default: the date in the file’s name, or today)')
    .option('--sha256 <hex>', 'what the file must be (default: FILE.sha256 or SHA256SUMS beside it, if there)')
    .option('--signature <file>', 'a signature of the file (default: FILE.sig or FILE.asc, where --keyring is given)')
    .option('--keyring <file>', 'keys that are trusted to sign it, as gpgv takes them')
    .option('--max-size <GiB>', 'how large the image may be when unpacked', '64')
    .option('--no-prepare', 'keep it as it is: it boots only if it is prepared for NFS already')
    .addHelpText(
      'after',
      `
Needs root. Nothing of the image is run or mounted. What is interrupted leaves nothing behind and can be repeated.
Exit codes: 0 imported, 1 refused (the reason is told), 2 wrong usage, 69 not root.
Example: pirack image import 2024-11-19-raspios-bookworm-arm64-lite.img.xz --name raspios-lite`,
    );
  return withStoreOptions(command).action(async (source: string, options: ImportCommandOptions) => {
    assertRoot('an import');
    const { image, details, remarks } = await importing(source, options);
    for (const remark of remarks) console.error(`note: ${remark}`);
    if (options.json)
      console.log(JSON.stringify({ image: reference(image), directory: image.directory, details, remarks }, null, 2));
    else {
      console.log(preparedLines(details).join('\n'));
      console.log(
        `${reference(image)}: ${details.os.title}, ${image.arch}, ${megabytes(details.manifest.bytes)} MB in ${details.manifest.entries} files`,
      );
    }
    process.exitCode = EXIT.done;
  });
}

function importing(source: string, options: ImportCommandOptions): Promise<Imported> {
  return interruptible(options.json, (tools) =>
    importImage(openStore(options), {
      source,
      name: options.name,
      version: options.version,
      expected: { sha256: options.sha256, signature: options.signature, keyring: options.keyring },
      prepare: options.prepare,
      limits: { bytes: sizeLimit(options.maxSize ?? '64') },
      run,
      ...tools,
    }),
  );
}

function sizeLimit(text: string): number {
  const gib = Number(text);
  if (!(gib > 0 && gib <= 4096))
    throw new CliError(EXIT.usage, `--max-size: expected GiB from 1 to 4096, got ${JSON.stringify(text)}`);
  return gib * 2 ** 30;
}
