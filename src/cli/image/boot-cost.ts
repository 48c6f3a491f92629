import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type BootCost, bootCost, COSTED_MODELS } from '../../netboot/cost/boot-cost.ts';
import type { NetbootModel } from '../../pi/tftp-names.ts';
import { didYouMean } from '../../rack/nearest.ts';
import type { ImagePlan, TrimPlan } from '../../rack/plan.ts';
import { compressedSize } from '../../roots/compressed-size.ts';
import { readImage } from '../../roots/images.ts';
import { readKernelFacts } from '../../roots/kernel-facts.ts';
import { CliError, EXIT } from '../exit.ts';
import { cacheDirectory, stateRoot } from '../places.ts';
import { readPlan } from '../rack-file.ts';
import { costLines } from './cost-view.ts';

interface Options {
  readonly json?: boolean;
  readonly in?: string;
  readonly model?: string;
  readonly files?: boolean;
  readonly firmware?: string;
  readonly initramfs?: string;
  readonly kernel?: string;
}

/** As a rack file has it that says nothing. */
const DEFAULT_TRIM: TrimPlan = { firmware: 'auto', initramfs: 'keep', kernel: 'keep' };

export function bootCostCommand(): Command {
  return new Command('boot-cost')
    .argument('<image>', 'a directory with an image, an image of the rack file given by --in, or one in the cache')
    .description('what each model fetches to boot an image, in blocks and seconds, and how to make it cheaper')
    .option('--in <rack-file>', 'the rack file that names the image and its trim')
    .option('--model <model>', `one model: ${COSTED_MODELS.join(', ')} (default: all)`)
    .option('--files', 'list every request')
    .option('--firmware <how>', 'as if trim had firmware: auto or full')
    .option('--initramfs <how>', 'as if trim had initramfs: keep or none')
    .option('--kernel <how>', 'as if trim had kernel: keep or compress')
    .option('--json', 'print it as JSON, with every request')
    .addHelpText(
      'after',
      `
Seconds are TFTP alone, from logs of real boards: 0.5 ms a block of 512 bytes on a Pi 3. Nothing is written anywhere.
Example: pirack image boot-cost debian-12-pi --in rack-configs/virtual-108.yaml --model 3B+`,
    )
    .action(async (image: string, options: Options) => {
      const { directory, trim } = place(image, options.in);
      const costs = await costsOf(directory, models(options.model), { ...trim, ...overrides(options) });
      if (options.json) console.log(JSON.stringify({ directory, models: costs }, null, 2));
      else console.log(costs.flatMap((cost) => costLines(cost, options.files === true)).join('\n'));
      process.exitCode = EXIT.done;
    });
}

/** The kernel is read once for all models. */
async function costsOf(directory: string, of: readonly NetbootModel[], trim: TrimPlan): Promise<BootCost[]> {
  const image = await readImage(directory);
  const kernel = await readKernelFacts(image);
  const path = join(image.boot.directory, image.boot.kernel);
  const compressedKernel = kernel.compressed ? undefined : await compressedSize(path);
  return Promise.all(of.map((model) => bootCost(image, model, trim, { kernel, compressedKernel })));
}

function place(image: string, rackFile: string | undefined): Pick<ImagePlan, 'directory' | 'trim'> {
  if (rackFile !== undefined) {
    const { images } = readPlan(rackFile, stateRoot(undefined));
    const found = images.find(({ name }) => name === image);
    if (found !== undefined) return found;
    const names = images.map(({ name }) => name);
    const hint = didYouMean(image, names) || `; it has ${names.join(', ') || 'none'}`;
    throw new CliError(EXIT.usage, `${rackFile} has no image ${JSON.stringify(image)}${hint}`);
  }
  const cached = join(cacheDirectory(), 'images', image);
  const directory = isDirectory(image) ? image : isDirectory(cached) ? cached : undefined;
  if (directory !== undefined) return { directory, trim: DEFAULT_TRIM };
  throw new CliError(EXIT.failed, `expected an image in the directory ${image} or ${cached}, found none`);
}

const isDirectory = (path: string) => existsSync(path) && statSync(path).isDirectory();

function models(wanted: string | undefined): readonly NetbootModel[] {
  if (wanted === undefined) return COSTED_MODELS;
  const found = COSTED_MODELS.find((model) => model.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return [found];
  const expected = COSTED_MODELS.join(', ');
  throw new CliError(EXIT.usage, `expected a model whose boot is known (${expected}), got ${JSON.stringify(wanted)}`);
}

const ALLOWED = { firmware: ['auto', 'full'], initramfs: ['keep', 'none'], kernel: ['keep', 'compress'] } as const;

function overrides(options: Options): Partial<TrimPlan> {
  const entries = (['firmware', 'initramfs', 'kernel'] as const).flatMap((key) => {
    const value = options[key];
    if (value === undefined) return [];
    if (!(ALLOWED[key] as readonly string[]).includes(value)) {
      throw new CliError(EXIT.usage, `expected --${key} ${ALLOWED[key].join(' or ')}, got ${JSON.stringify(value)}`);
    }
    return [[key, value]];
  });
  return Object.fromEntries(entries);
}
