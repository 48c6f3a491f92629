/** What the commands on images share. */
import type { Command } from 'commander';
import { run } from '../../net/run.ts';
import { PI_MODELS } from '../../pi/models.ts';
import { didYouMean } from '../../rack/nearest.ts';
import { ImageStore } from '../../roots/image-store/store.ts';
import type { Image } from '../../roots/images.ts';
import { CliError, EXIT } from '../exit.ts';
import { imagesDirectory } from '../places.ts';

export interface StoreOptions {
  readonly images?: string;
  readonly state?: string;
  readonly json?: boolean;
}

export function withStoreOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON')
    .option('--images <dir>', 'directory of the images (default: PIRACK_IMAGES, or images/ below the state directory)')
    .option('--state <dir>', 'directory that holds the racks’ state');
}

export const openStore = (options: StoreOptions): ImageStore => new ImageStore(imagesDirectory(options), run);

export const reference = (image: Pick<Image, 'name' | 'version'>): string => `${image.name}:${image.version}`;

export function assertRoot(what: string): void {
  if (process.getuid?.() !== 0)
    throw new CliError(EXIT.missing, `${what} needs root: the files of a system belong to several users`);
}

/** Models that boot from a network. */
export const MODELS: readonly string[] = PI_MODELS.filter(({ netboot }) => netboot !== 'none').map(({ name }) => name);

/** The model as it is written everywhere; CliError (wrong usage) for another. */
export function modelNamed(text: string): string {
  const found = MODELS.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new CliError(
    EXIT.usage,
    `no model ${JSON.stringify(text)}${didYouMean(text, MODELS) || `; expected one of ${MODELS.join(', ')}`}`,
  );
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
