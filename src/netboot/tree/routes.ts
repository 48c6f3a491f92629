/**
 * What one board gets for one name: a chain of named routes, each of which answers or passes on. Every answer but
 * `served` is "file not found" on the wire, because firmware then goes on at once with the next name.
 */
import { isExpectedMissing } from '../../pi/tftp-names.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { isReflashFile, splitPrefix, unsafeName } from './names.ts';
import { acceptPrefix } from './serial.ts';
import type { BootTree } from './types.ts';

/** What looking for a file below a directory came to. */
export type Lookup<File> =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'absent' }
  /** A symbolic link leads out of the directory, or it is no regular file. */
  | { readonly kind: 'outside'; readonly reason: string };

/** Reads boot files. `path` is a safe relative name; other failures than absence are thrown. */
export interface BootFiles<File> {
  open(directory: string, path: string): Promise<Lookup<File>>;
}

export type RouteName =
  | 'unsafe-name'
  | 'reflash'
  | 'first-stage'
  | 'u-boot'
  | 'prefix'
  | 'unassigned'
  | 'rendered'
  | 'smaller'
  | 'image'
  | 'expected-missing'
  | 'unexpected-missing';

export type Answer<File> =
  | { readonly outcome: 'served'; readonly file: File }
  | { readonly outcome: 'served'; readonly text: string }
  /** `expected`: part of a healthy boot of this board, and worth no alarm. */
  | { readonly outcome: 'missing'; readonly expected: boolean; readonly reason?: string }
  | { readonly outcome: 'refused'; readonly reason: string };

export type Resolution<File> = Answer<File> & {
  readonly route: RouteName;
  /** The name without the board's prefix. */
  readonly path: string;
  /** A serial number that this request taught about the board; also where the file is missing. */
  readonly learn?: string;
};

interface Asked<File> {
  readonly tree: BootTree;
  readonly serials: ReadonlyMap<string, SlotNumber>;
  readonly files: BootFiles<File>;
  /** Set without the prefix by the route that checks it. */
  path: string;
  learn?: string;
}

type Route<File> = (asked: Asked<File>) => Answer<File> | undefined | Promise<Answer<File> | undefined>;

const FIRST_STAGE = new Set(['bootcode.bin', 'bootsig.bin']);

/** What u-boot tries, with and without the board's address in the name, before it comes to what there is. */
const UBOOT_MISSING = [/^pxelinux\.cfg\//, /^boot\.scr(\.uimg)?$/, /^[0-9A-F]{8}\.img$/, /\.dtb$/];

/** In this order. A name that no route before the last two knows is missing. */
const ROUTES: readonly (readonly [RouteName, Route<unknown>])[] = [
  ['unsafe-name', unsafe],
  ['reflash', reflash],
  ['first-stage', firstStage],
  ['u-boot', uboot],
  ['prefix', prefix],
  ['unassigned', unassigned],
  ['rendered', rendered],
  ['smaller', smaller],
  ['image', image],
  ['expected-missing', expectedMissing],
  ['unexpected-missing', () => ({ outcome: 'missing', expected: false, reason: 'not in the image' })],
];

/**
 * Resolves the name of one read request of the board of `tree`. `serials` holds the serial numbers known of all slots.
 * Rejects only with what `files.open` rejects with.
 */
export async function resolveRequest<File>(
  tree: BootTree,
  name: string,
  serials: ReadonlyMap<string, SlotNumber>,
  files: BootFiles<File>,
): Promise<Resolution<File>> {
  const asked: Asked<File> = { tree, serials, files, path: name };
  for (const [route, run] of ROUTES as readonly (readonly [RouteName, Route<File>])[]) {
    const answer = await run(asked);
    if (answer === undefined) continue;
    return { ...answer, route, path: asked.path, ...(asked.learn === undefined ? {} : { learn: asked.learn }) };
  }
  throw new Error('the last route answers every name');
}

function unsafe({ path }: Asked<unknown>): Answer<never> | undefined {
  const reason = unsafeName(path);
  return reason === undefined ? undefined : { outcome: 'refused', reason };
}

/** A Pi 4 asks for pieeprom.sig in every boot; the other names are asked for by nobody who means well. */
function reflash({ path }: Asked<unknown>): Answer<never> | undefined {
  if (!isReflashFile(path)) return undefined;
  const reason = 'files that reflash a board are not served';
  return isExpectedMissing(path) ? { outcome: 'missing', expected: true, reason } : { outcome: 'refused', reason };
}

/** The boot ROM knows no prefix and asks before anything is known of it, so every board gets this. */
async function firstStage<File>({ path, tree, files }: Asked<File>): Promise<Answer<File> | undefined> {
  if (!FIRST_STAGE.has(path)) return undefined;
  return (await find(files, tree.firstStage, path)) ?? { outcome: 'missing', expected: isExpectedMissing(path) };
}

/** u-boot asks without a prefix; to it the whole tree is the root. */
async function uboot<File>(asked: Asked<File>): Promise<Answer<File> | undefined> {
  const { tree, path } = asked;
  if (tree.uboot !== true || splitPrefix(path) !== undefined || !tree.assigned) return undefined;
  const found = rendered(asked) ?? (await smaller(asked)) ?? (await image(asked));
  return found ?? { outcome: 'missing', expected: UBOOT_MISSING.some((pattern) => pattern.test(path)) };
}

/**
 * Checks the board's claim and takes the prefix off. A name without one is missing: firmware whose prefix failed tries
 * the root, and a root that boots would start a board that was refused (pi-boot §2.4).
 */
function prefix(asked: Asked<unknown>): Answer<never> | undefined {
  const split = splitPrefix(asked.path);
  if (split === undefined) {
    const expected = !asked.tree.assigned || isExpectedMissing(asked.path);
    return { outcome: 'missing', expected, reason: 'only the first stage is served without a prefix' };
  }
  const verdict = acceptPrefix(asked.tree, split.prefix, split.path, asked.serials);
  if (!verdict.accept) return { outcome: 'refused', reason: verdict.reason };
  if (verdict.learn !== undefined) asked.learn = verdict.learn;
  asked.path = split.path;
  return undefined;
}

function unassigned({ tree }: Asked<unknown>): Answer<never> | undefined {
  if (tree.assigned) return undefined;
  return { outcome: 'missing', expected: true, reason: `slot ${tree.slot} has no image` };
}

function rendered({ tree, path }: Asked<unknown>): Answer<never> | undefined {
  if (!Object.hasOwn(tree.rendered, path)) return undefined;
  return { outcome: 'served', text: tree.rendered[path] as string };
}

async function smaller<File>({ tree, path, files }: Asked<File>): Promise<Answer<File> | undefined> {
  return tree.smaller === undefined ? undefined : find(files, tree.smaller, path);
}

async function image<File>({ tree, path, files }: Asked<File>): Promise<Answer<File> | undefined> {
  return tree.imageBoot === undefined ? undefined : find(files, tree.imageBoot, path);
}

function expectedMissing({ path }: Asked<unknown>): Answer<never> | undefined {
  return isExpectedMissing(path) ? { outcome: 'missing', expected: true } : undefined;
}

async function find<File>(files: BootFiles<File>, directory: string, path: string): Promise<Answer<File> | undefined> {
  const found = await files.open(directory, path);
  switch (found.kind) {
    case 'file':
      return { outcome: 'served', file: found.file };
    case 'outside':
      return { outcome: 'refused', reason: found.reason };
    case 'absent':
      return undefined;
  }
}
