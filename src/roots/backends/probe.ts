/** Which ways to clone work here: each is really tried, with a clone that is made, written, read and removed. */
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RootsPlan } from '../../rack/plan.ts';
import { messageOf, NotPossible } from '../errors.ts';
import type { Image } from '../images.ts';
import { rootIn } from '../place.ts';
import { BACKEND_NAMES, type BackendName, type CloneBackend, type Run } from './backend.ts';
import { BtrfsBackend } from './btrfs.ts';
import { CopyBackend, ReflinkBackend } from './copies.ts';
import { OverlayBackend } from './overlay.ts';
import { discardPlace, discardTree, removeTree } from './tree.ts';

/** What trying a back-end showed. */
export interface Probe {
  readonly name: BackendName;
  /** Undefined when it works; otherwise why it does not, in one line. */
  readonly refusal: string | undefined;
  /** Overlay only: whether file handles survive a remount, and with it a restart of this machine. */
  readonly durableHandles: boolean | undefined;
}

const PREFIX = '.probe-';

export function makeBackend(name: BackendName, directory: string, run: Run): CloneBackend {
  switch (name) {
    case 'btrfs':
      return new BtrfsBackend(directory, run);
    case 'overlay':
      return new OverlayBackend();
    case 'reflink':
      return new ReflinkBackend(directory, run);
    case 'copy':
      return new CopyBackend(run);
  }
}

/**
 * Tries back-ends in `directory`, which must exist and be named without links.
 *
 * @param imageRoot root of the image that roots will be cloned from: an overlay is tried on top of it. Without one, a small
 *   tree in `directory` stands for it.
 */
export async function probeBackends(
  directory: string,
  imageRoot: string | undefined,
  run: Run,
  wanted: RootsPlan['backend'],
): Promise<Probe[]> {
  await removeProbes(directory, run);
  const probes: Probe[] = [];
  for (const name of wanted === 'auto' ? BACKEND_NAMES : [wanted])
    probes.push(await probe(name, directory, imageRoot, run));
  return probes;
}

/** The back-end for new roots. Throws NotPossible with every refusal. */
export function chooseBackend(wanted: RootsPlan['backend'], probes: readonly Probe[], directory: string): BackendName {
  const candidates = wanted === 'auto' ? BACKEND_NAMES : [wanted];
  const found = candidates.find((name) => probes.some((each) => each.name === name && each.refusal === undefined));
  if (found !== undefined) return found;
  const refusals = probes
    .filter((each) => candidates.includes(each.name))
    .map((each) => `${each.name}: ${each.refusal}`);
  throw new NotPossible(`cannot clone images in ${directory}`, refusals);
}

async function probe(name: BackendName, directory: string, imageRoot: string | undefined, run: Run): Promise<Probe> {
  const scratch = await mkdtemp(join(directory, PREFIX));
  const backend = makeBackend(name, scratch, run);
  const place = join(scratch, 'place');
  let refusal: string | undefined;
  try {
    const small = join(scratch, 'image');
    await mkdir(join(small, 'etc'), { recursive: true });
    await writeFile(join(small, 'etc/hostname'), 'probe\n');
    await mkdir(place);
    // The real image where it matters that it is another file system, a small one where all of it would be copied.
    const root = name === 'overlay' && imageRoot !== undefined ? imageRoot : small;
    await backend.clone(probeImage(root), place);
    await tryClone(rootIn(place), name);
  } catch (error) {
    refusal = messageOf(error);
  } finally {
    await clearProbe(scratch, run);
  }
  return { name, refusal, durableHandles: backend instanceof OverlayBackend ? backend.durableHandles : undefined };
}

/** Writes a file, reads it back, and checks that old and new files are on one device, as an NFS server expects of an export. */
async function tryClone(root: string, name: BackendName): Promise<void> {
  const path = join(root, '.pirack-probe');
  await writeFile(path, name);
  if ((await readFile(path, 'utf8')) !== name) throw new Error(`a file that was written to ${root} reads differently`);
  const { dev } = await stat(root);
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const other = await stat(join(root, entry.name));
    if (other.dev !== dev)
      throw new Error(`${entry.name} in the clone has another device number than the clone: NFS would refuse it`);
  }
}

async function clearProbe(scratch: string, run: Run): Promise<void> {
  await discardPlace(run, join(scratch, 'place'));
  const bases = join(scratch, '.bases');
  for (const base of await readdir(bases).catch(() => [])) await discardTree(run, join(bases, base));
  await removeTree(run, scratch);
}

/** Takes away what a probe left that was killed. */
async function removeProbes(directory: string, run: Run): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(PREFIX)) await clearProbe(join(directory, name), run);
  }
}

const probeImage = (root: string): Image => ({
  name: 'probe',
  version: '0',
  id: 'probe@0',
  created: '',
  arch: '',
  directory: root,
  root,
  boot: { directory: root, kernel: '', initramfs: undefined, cmdline: '' },
});
