/** How images are named: `NAME` is the version that came last, `NAME:VERSION` is that one. Pure. */

export interface ImageReference {
  readonly name: string;
  readonly version: string | undefined;
}

/** Also directories, parts of mount options and of exports: nothing that any of them gives a meaning to. */
const PART = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/;

export class NoImageName extends Error {
  override readonly name = 'NoImageName';

  constructor(text: string) {
    super(
      `${JSON.stringify(text.slice(0, 100))} names no image: expected NAME or NAME:VERSION, of at most 63 letters, digits and . _ + - each`,
    );
  }
}

export const isImageName = (text: string): boolean => PART.test(text) && text !== 'none';

/** Throws NoImageName. */
export function parseReference(text: string): ImageReference {
  const [name = '', version, ...more] = text.split(/[:@]/);
  if (more.length > 0 || !isImageName(name) || (version !== undefined && !PART.test(version)))
    throw new NoImageName(text);
  return { name, version };
}

export const formatReference = (name: string, version: string): string => `${name}:${version}`;

/** The directory of an image in a store. */
export const directoryName = (name: string, version: string): string => `${name}@${version}`;

/** A name and version from the name of a file: `2026-10-01-raspios-trixie-arm64-lite.img.xz`. */
export function nameFromFile(file: string, today: string): { name: string; version: string } {
  const stem = file.replace(/(\.(img|tar|tgz|txz|zip|xz|gz|zst|zstd))+$/i, '');
  const date = /(?:^|[^0-9])(20\d\d-?[01]\d-?[0-3]\d)(?:[^0-9]|$)/.exec(stem)?.[1];
  const rest = date === undefined ? stem : stem.replace(date, '');
  const name = rest
    .replaceAll(/[^A-Za-z0-9._+-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, 63);
  return { name: isImageName(name) ? name : 'image', version: date ?? today };
}
