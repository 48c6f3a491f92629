/** What goes wrong with images, roots and exports. Each says what was expected and what was found. */
/** Something that this machine or this process cannot do, and what it would need. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
  /** One sentence each: what is missing. */
  readonly needs: readonly string[];

  constructor(what: string, needs: readonly string[], cause?: unknown) {
    super(`${what}: ${needs.join('; ')}`, { cause });
    this.needs = needs;
  }
}

/** The slot's root was cloned from another image. It is kept: giving the slot another image is a reimage, which is asked for. */
export class RootHasOtherImage extends Error {
  override readonly name = 'RootHasOtherImage';
  readonly place: string;
  /** `name@version` that the root was cloned from, and that it was wanted to be. */
  readonly has: string;
  readonly wanted: string;

  constructor(place: string, has: string, wanted: string) {
    super(`${place} was cloned from ${has}, not from ${wanted}: reimage the slot to change it`);
    this.place = place;
    this.has = has;
    this.wanted = wanted;
  }
}

/** The slot's place holds something that is not a finished root and that pirack did not leave there: nothing is deleted. */
export class RootDamaged extends Error {
  override readonly name = 'RootDamaged';
  readonly place: string;

  constructor(place: string, why: string, cause?: unknown) {
    super(`${place} is not a root that pirack finished (${why}): look at it, then move it away or reimage its slot`, {
      cause,
    });
    this.place = place;
  }
}

/** What was wished of a root does not go with its image; another wish, or another image, would. */
export class RootRefused extends Error {
  override readonly name = 'RootRefused';
  /** A short stable word. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A path inside a root led, or would have led, out of it. */
export class UnsafePath extends Error {
  override readonly name = 'UnsafePath';

  constructor(root: string, path: string, why: string, cause?: unknown) {
    super(`refused to use ${path} inside ${root}: ${why}`, { cause });
  }
}

/** The NFS server does not export what it was told to: read back after the change. */
export class ExportsDiffer extends Error {
  override readonly name = 'ExportsDiffer';
  readonly differences: readonly string[];

  constructor(server: string, differences: readonly string[], cause?: unknown) {
    super(`${server} does not export what it was told to: ${shortened(differences).join('; ')}`, { cause });
    this.differences = differences;
  }
}

/** The NFS server does not start, does not answer, or refuses what it is asked. */
export class NfsServerFailed extends Error {
  override readonly name = 'NfsServerFailed';
}

const SHOWN = 5;
const shortened = (items: readonly string[]): string[] =>
  items.length <= SHOWN ? [...items] : [...items.slice(0, SHOWN), `and ${items.length - SHOWN} more`];

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether `error` is a system error with one of these codes (`ENOENT`). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
