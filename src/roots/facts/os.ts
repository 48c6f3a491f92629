/** Which operating system a root holds, for which processor, and how it is laid out. Pure but for reading the tree. */
import type { StillTree } from '../still-tree.ts';

export interface OsFacts {
  /** `ID` of os-release(5); empty where there is none. */
  readonly id: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly title: string;
  readonly version: string;
  readonly codename: string;
}

export const LAYOUTS = ['raspberry-pi-os', 'debian', 'ubuntu', 'pirack', 'unknown'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface LayoutFacts {
  readonly layout: Layout;
  /** Why it is unknown. */
  readonly reason: string | undefined;
}

/** Releases whose services and files are known here. */
const KNOWN: Readonly<Record<'raspberry-pi-os' | 'debian' | 'ubuntu', readonly string[]>> = {
  'raspberry-pi-os': ['bookworm', 'trixie'],
  debian: ['bookworm', 'trixie'],
  ubuntu: ['jammy', 'noble'],
};

export function readOs(root: StillTree): OsFacts {
  const text = root.text('etc/os-release') ?? root.text('usr/lib/os-release') ?? '';
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line.trim());
      return match ? [[match[1] as string, plain(match[2] ?? match[3] ?? match[4] ?? '')] as const] : [];
    }),
  );
  const id = values.get('ID') ?? '';
  return {
    id,
    title: values.get('PRETTY_NAME') ?? (id === '' ? 'an unknown system' : id),
    version: values.get('VERSION_ID') ?? '',
    codename: values.get('VERSION_CODENAME') ?? '',
  };
}

/** Shown to people and kept: one short line. */
const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);

export function readLayout(root: StillTree, os: OsFacts): LayoutFacts {
  const layout = layoutOf(root, os);
  if (layout === undefined)
    return { layout: 'unknown', reason: `${os.title} is none of the systems that pirack knows` };
  if (layout === 'pirack' || KNOWN[layout].includes(os.codename)) return { layout, reason: undefined };
  const known = KNOWN[layout].join(' and ');
  return {
    layout: 'unknown',
    reason: `${os.title} (${os.codename || 'no code name'}): of ${layout}, ${known} are known`,
  };
}

function layoutOf(root: StillTree, os: OsFacts): Exclude<Layout, 'unknown'> | undefined {
  // The image that pirack makes itself boots from NFS and from nothing else.
  if (root.isFile('usr/lib/pirack/network') && !root.isDirectory('usr/lib/systemd/system')) return 'pirack';
  if (!root.isDirectory('usr/lib/systemd/system') && !root.isDirectory('lib/systemd/system')) return undefined;
  const marks = ['etc/rpi-issue', 'etc/apt/sources.list.d/raspi.list', 'etc/apt/sources.list.d/raspi.sources'];
  if (os.id === 'raspbian' || (os.id === 'debian' && marks.some((mark) => root.has(mark)))) return 'raspberry-pi-os';
  if (os.id === 'debian') return 'debian';
  return os.id === 'ubuntu' ? 'ubuntu' : undefined;
}

/** Programs that every root has, wherever it keeps them. */
const PROGRAMS = ['dpkg', 'bash', 'dash', 'busybox', 'ls', 'true'].flatMap((name) => [
  `usr/bin/${name}`,
  `bin/${name}`,
]);
/** e_machine of ELF: EM_ARM, EM_AARCH64. */
const MACHINES: Readonly<Record<number, 'armhf' | 'arm64'>> = { 40: 'armhf', 183: 'arm64' };

/** Undefined for a root of another processor, or without a program. */
export function readArchitecture(root: StillTree): 'armhf' | 'arm64' | undefined {
  for (const program of PROGRAMS) {
    const head = root.head(program, 20);
    if (head === undefined || head.length < 20 || Buffer.from(head.subarray(0, 4)).toString('latin1') !== '\x7fELF')
      continue;
    return MACHINES[(head[18] as number) + (head[19] as number) * 256];
  }
  return undefined;
}
