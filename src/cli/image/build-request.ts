/** What a person asked of `pirack image build`, read. Pure; each throws CliError (wrong usage). */
import { isPackageName, type PackageList } from '../../roots/build/package-list.ts';
import { ARCHITECTURES, type BuildArchitecture, RELEASES, type Release } from '../../roots/build/releases.ts';
import { formatReference, isImageName, NoImageName, parseReference } from '../../roots/image-store/reference.ts';
import { CliError, EXIT } from '../exit.ts';
import type { StoreOptions } from './common.ts';

export interface BuildRequest extends StoreOptions {
  readonly arch: string;
  readonly name?: string;
  readonly version?: string;
  readonly date?: string;
  readonly include?: readonly string[];
  readonly fromList?: string;
  readonly mirror?: readonly string[];
  readonly label?: string;
}

/** Debian's first release; an image of tomorrow is one with a mistyped year. */
const FIRST = Date.UTC(1996, 5, 17) / 1000;

/** Seconds since 1970. */
export function dateOf(text: string | undefined, now: () => number = Date.now): number | undefined {
  if (text === undefined) return undefined;
  const date = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) ? Date.parse(text) / 1000 : Number.NaN;
  if (date >= FIRST && date * 1000 <= now()) return date;
  throw new CliError(
    EXIT.usage,
    `--date: expected a day that has been, as 2026-07-11 or 2026-07-11T10:16:37Z, got ${JSON.stringify(text)}`,
  );
}

export function packageNames(words: readonly string[]): string[] {
  const names = words.flatMap((word) => word.split(','));
  const wrong = names.find((name) => !isPackageName(name));
  if (wrong !== undefined)
    throw new CliError(EXIT.usage, `--include: ${JSON.stringify(wrong)} is no name of a Debian package`);
  return names;
}

export function referenceOf(
  { name, version }: BuildRequest,
  release: Release,
  arch: BuildArchitecture,
): { name: string; version: string | undefined } {
  const chosen = name ?? (arch === 'arm64' ? release.name : `${release.name}-${arch}`);
  try {
    if (!isImageName(chosen)) throw new NoImageName(chosen);
    if (version !== undefined) parseReference(formatReference(chosen, version));
  } catch (cause) {
    throw new CliError(EXIT.usage, (cause as Error).message, { cause });
  }
  return { name: chosen, version };
}

/** Which release and processor; a package list says both. */
export function wanted(
  named: string | undefined,
  request: BuildRequest,
  list: PackageList | undefined,
): { release: Release; arch: BuildArchitecture } {
  if (list !== undefined) {
    if (named !== undefined && named !== list.release.name)
      throw new CliError(EXIT.usage, `the package list is of ${list.release.name}, not of ${named}`);
    if (request.include !== undefined)
      throw new CliError(EXIT.usage, '--from-list names every package: --include cannot add to it');
    return { release: list.release, arch: list.arch };
  }
  const release = RELEASES.find(({ name }) => name === named);
  const arch = ARCHITECTURES.find((each) => each === request.arch);
  const names = RELEASES.map(({ name }) => name).join(' or ');
  if (release === undefined) throw new CliError(EXIT.usage, `expected ${names}, got ${named ?? 'nothing'}`);
  if (arch === undefined)
    throw new CliError(EXIT.usage, `--arch: expected ${ARCHITECTURES.join(' or ')}, got ${request.arch}`);
  return { release, arch };
}
