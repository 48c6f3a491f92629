/** What goes wrong with an import. Each says what was expected and what was found; nothing is left behind by any of them. */

/** The image cannot be imported as it is. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
}

/** A member of an archive would lie outside the image, or is of a kind that an image does not have. */
export class UnsafeMember extends Error {
  override readonly name = 'UnsafeMember';
  readonly path: string;

  constructor(path: string, why: string) {
    super(`refused ${JSON.stringify(path)}: ${why}`);
    this.path = path;
  }
}

/** The image, unpacked, is larger than was allowed. */
export class ImageTooLarge extends Error {
  override readonly name = 'ImageTooLarge';
  readonly limit: number;

  constructor(what: string, limit: number) {
    super(`${what} is larger than the ${inGiB(limit)} that an image may have; --max-size allows more`);
    this.limit = limit;
  }
}

/** Going on would fill the disk that boards and databases live on. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';

  constructor(directory: string, free: number, reserve: number) {
    super(
      `${directory} has ${inGiB(free)} left, and ${inGiB(reserve)} are kept free: make room, or name another directory`,
    );
  }
}

/** The file is not what its checksum or signature says it is. */
export class NotGenuine extends Error {
  override readonly name = 'NotGenuine';
}

export const inGiB = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GiB`;
