import { existsSync } from 'node:fs';
import { findProgram, run } from '../net/run.ts';

export type Grade = 'ok' | 'degraded' | 'missing';

export interface Finding {
  /** What was looked at, in two or three words. */
  readonly subject: string;
  readonly grade: Grade;
  /** What was found, and what works or does not because of it. */
  readonly text: string;
  /** What a person can do about it; undefined when nothing needs doing. */
  readonly fix: string | undefined;
}

const ok = (subject: string, text: string): Finding => ({ subject, grade: 'ok', text, fix: undefined });

/** Each program that a part of pirack runs, with the Debian package that has it and what fails without it. */
const PROGRAMS: readonly { program: string; package: string; without: string; grade: Grade }[] = [
  { program: 'ip', package: 'iproute2', without: 'legs cannot be configured', grade: 'missing' },
  { program: 'unshare', package: 'util-linux', without: 'no virtual rack', grade: 'degraded' },
  {
    program: 'mmdebstrap',
    package: 'mmdebstrap',
    without: 'no image can be made from Debian packages',
    grade: 'degraded',
  },
  {
    program: 'nfs-cat',
    package: 'libnfs-utils',
    without: 'virtual boards cannot mount their roots',
    grade: 'degraded',
  },
  { program: 'restic', package: 'restic', without: 'no backups can be made or restored', grade: 'degraded' },
  { program: 'rsync', package: 'rsync', without: 'no backup can be restored or compared', grade: 'degraded' },
  {
    program: 'bwrap',
    package: 'bubblewrap',
    without: 'no backups of roots that are not on btrfs',
    grade: 'degraded',
  },
  {
    program: 'qemu-system-aarch64',
    package: 'qemu-system-arm',
    without: 'no qemu boards in a virtual rack',
    grade: 'degraded',
  },
];

/** What this machine can and cannot do, apart from cloning and serving roots (see `roots/doctor.ts`). */
export async function examineMachine(path: string): Promise<readonly Finding[]> {
  return [
    privileges(),
    await namespaces(),
    await vlanDriver(),
    ...PROGRAMS.map(({ program, package: name, without, grade }) => {
      const found = findProgram(program, path);
      if (found !== undefined) return ok(program, found);
      return { subject: program, grade, text: `not installed: ${without}`, fix: `apt-get install ${name}` };
    }),
  ];
}

function privileges(): Finding {
  if (process.getuid?.() === 0) return ok('privileges', 'root: everything may be served');
  return {
    subject: 'privileges',
    grade: 'degraded',
    text: 'not root: a virtual rack boots up to its kernels, but no root file system can be exported, and a real rack cannot be served',
    fix: 'run as root',
  };
}

async function namespaces(): Promise<Finding> {
  const asRoot = process.getuid?.() === 0;
  try {
    await run('unshare', [...(asRoot ? [] : ['--map-root-user']), '--mount', '--net', '--pid', '--fork', 'true']);
    return ok('namespaces', 'can be made: virtual racks work');
  } catch (cause) {
    return {
      subject: 'namespaces',
      grade: 'missing',
      text: `cannot be made, so no virtual rack: ${(cause as Error).message}`,
      fix: asRoot
        ? 'use a kernel with network, mount and process namespaces'
        : 'run as root, or allow unprivileged user namespaces',
    };
  }
}

async function vlanDriver(): Promise<Finding> {
  const subject = '802.1Q driver';
  if (existsSync('/proc/net/vlan') || existsSync('/sys/module/8021q')) return ok(subject, 'loaded: a real trunk works');
  try {
    await run('modprobe', ['--dry-run', '8021q']);
    return ok(subject, 'available as a module: a real trunk works');
  } catch {
    return {
      subject,
      grade: 'degraded',
      text: 'this kernel has none: virtual racks work, a real trunk does not',
      fix: 'use a kernel with CONFIG_VLAN_8021Q, as Debian’s has',
    };
  }
}
