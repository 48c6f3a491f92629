import { join } from 'node:path';
import { Command } from 'commander';
import { namedIn, readCatalogue } from '../../roots/image-store/catalogue.ts';
import { readDetails } from '../../roots/image-store/details.ts';
import { type Image, listImages } from '../../roots/images.ts';
import { EXIT } from '../exit.ts';
import { cacheDirectory } from '../places.ts';
import { type Column, formatTable, terminalWidth } from '../table.ts';
import { megabytes, openStore, reference, type StoreOptions, withStoreOptions } from './common.ts';
import { isNamed } from './named.ts';

const COLUMNS: readonly Column[] = [
  { title: 'image' },
  { title: 'system', shrink: true },
  { title: 'arch' },
  { title: 'MB', align: 'right' },
  { title: 'models', shrink: true },
  { title: 'prepared' },
  { title: 'offered', shrink: true },
];

export function listCommand(): Command {
  return withStoreOptions(new Command('list'))
    .alias('ls')
    .description('list the images: imported ones, and those made from packages in the cache')
    .action(async (options: StoreOptions) => {
      const store = openStore(options);
      const imported = await store.list();
      const built = (await listImages(join(cacheDirectory(), 'images'))).flatMap((each) =>
        'image' in each ? [each.image] : [],
      );
      if (options.json) console.log(JSON.stringify([...imported, ...built].map(inJson), null, 2));
      else {
        const catalogue = readCatalogue(store.directory);
        const rows = [
          ...imported.map((image) => row(image, namedIn(catalogue, isNamed(image, imported)))),
          ...built.map((image) => row(image, [`directory ${image.directory}`])),
        ];
        console.log(
          rows.length === 0
            ? `no images in ${store.directory}; \`pirack image build debian-12\` makes one, \`pirack image import FILE\` takes one in`
            : formatTable(COLUMNS, rows, { width: terminalWidth() }).join('\n'),
        );
      }
      process.exitCode = EXIT.done;
    });
}

function row(image: Image, said: readonly string[]): (string | number | undefined)[] {
  const details = readDetails(image.directory);
  const { prepared = [], models = [] } = details ?? {};
  return [
    reference(image),
    details?.os.title ?? 'made from packages',
    image.arch,
    details === undefined ? undefined : megabytes(details.manifest.bytes),
    models.join(' '),
    details === undefined ? 'yes' : prepared.length === 0 ? 'no' : `${prepared.length} steps`,
    said.join('; '),
  ];
}

function inJson(image: Image) {
  const { name, version, directory, created, arch } = image;
  return { image: reference(image), name, version, directory, created, arch, details: readDetails(directory) ?? null };
}
