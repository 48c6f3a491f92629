/** Which NFS server this machine has for us, and why not the other. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../net/run.ts';
import type { NfsPlan } from '../../rack/plan.ts';
import { NotPossible } from '../errors.ts';
import { readThreads } from './kernel.ts';
import { missingPrivileges, readPrivilegeFacts } from './privileges.ts';

export const EXPORTS_DIRECTORY = '/etc/exports.d';
export const THREADS_FILE = '/proc/fs/nfsd/threads';

export interface ServerProbe {
  readonly name: 'ganesha' | 'kernel';
  /** What is missing, one sentence each; nothing when it can be used. */
  readonly refusals: readonly string[];
}

const GANESHA_PROGRAMS = ['ganesha.nfsd', 'rpcbind', 'dbus-daemon'];

/** @param path directories for programs, as in PATH */
export async function detectServers(path: string): Promise<ServerProbe[]> {
  return [
    { name: 'kernel', refusals: await kernelRefusals(path) },
    { name: 'ganesha', refusals: ganeshaRefusals(path) },
  ];
}

/**
 * The server to use. In a virtual rack the kernel's own would serve another network namespace, so there it is nfs-ganesha.
 * Throws NotPossible with every refusal.
 */
export function chooseServer(
  { server: wanted, otherVersions }: Pick<NfsPlan, 'server' | 'otherVersions'>,
  kind: 'virtual' | 'real',
  probes: readonly ServerProbe[],
): ServerProbe['name'] {
  const order: readonly ServerProbe['name'][] =
    wanted !== 'auto' ? [wanted] : kind === 'virtual' ? ['ganesha'] : ['kernel', 'ganesha'];
  // exports(5) has no option for it: the kernel's server has its versions for all exports alike.
  const unable = { name: 'kernel', refusals: ['it cannot refuse versions by export (nfs: other_versions: refused)'] };
  const able = probes.map((probe) => (otherVersions === 'refused' && probe.name === 'kernel' ? unable : probe));
  const found = order.find((name) => able.some((probe) => probe.name === name && probe.refusals.length === 0));
  if (found !== undefined) return found;
  const refusals = able
    .filter((probe) => order.some((name) => name === probe.name))
    .flatMap(({ name, refusals }) => refusals.map((each) => `${name}: ${each}`));
  throw new NotPossible('no NFS server can serve the boards’ roots', refusals);
}

async function kernelRefusals(path: string): Promise<string[]> {
  const refusals: string[] = [];
  if (findProgram('exportfs', path) === undefined)
    refusals.push('exportfs is not installed (package nfs-kernel-server)');
  // exportfs(8) then exports what is in exports.d, and fails all the same.
  else if (!existsSync('/etc/exports')) refusals.push('/etc/exports is missing (touch /etc/exports; it may be empty)');
  if (!/\bnfsd$/m.test(readFileSync('/proc/filesystems', 'utf8')))
    refusals.push('this kernel has no nfsd, or has not loaded it');
  else if ((await readThreads(THREADS_FILE)) === 0)
    refusals.push('nfsd does not run (systemctl enable --now nfs-server)');
  if (process.getuid?.() !== 0) refusals.push('root is needed');
  return refusals;
}

function ganeshaRefusals(path: string): string[] {
  const missing = GANESHA_PROGRAMS.filter((name) => findProgram(name, path) === undefined);
  const refusals =
    missing.length === 0 ? [] : [`not installed: ${missing.join(', ')} (packages nfs-ganesha, rpcbind, dbus)`];
  if (missing.length === 0 && !hasVfsPlugin())
    refusals.push('its plug-in for local files is not installed (package nfs-ganesha-vfs)');
  // It looks there for the file system of what it exports.
  if (!existsSync('/etc/mtab')) refusals.push('/etc/mtab is missing (ln -s ../proc/self/mounts /etc/mtab)');
  // NFSv3 is registered with rpcbind by the names of protocols; without the list, no client ever finds it.
  if (!existsSync('/etc/protocols')) refusals.push('/etc/protocols is missing (package netbase)');
  return [...refusals, ...missingPrivileges(readPrivilegeFacts())];
}

function hasVfsPlugin(): boolean {
  const directories = listed('/usr/lib').map((name) => join('/usr/lib', name, 'ganesha'));
  return [...directories, '/usr/lib/ganesha', '/usr/lib64/ganesha'].some((directory) =>
    listed(directory).includes('libfsalvfs.so'),
  );
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
