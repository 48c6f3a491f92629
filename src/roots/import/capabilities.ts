/** File capabilities (capabilities(7)), which NFS does not carry: as bytes in an attribute, and as getcap(8) writes them. */

import { millis } from '../../rack/units.ts';
import type { Run } from '../backends/backend.ts';

export const CAPABILITY = 'security.capability';

/** By number, as in Linux's capability.h. */
const NAMES = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
  'linux_immutable',
  'net_bind_service',
  'net_broadcast',
  'net_admin',
  'net_raw',
  'ipc_lock',
  'ipc_owner',
  'sys_module',
  'sys_rawio',
  'sys_chroot',
  'sys_ptrace',
  'sys_pacct',
  'sys_admin',
  'sys_boot',
  'sys_nice',
  'sys_resource',
  'sys_time',
  'sys_tty_config',
  'mknod',
  'lease',
  'audit_write',
  'audit_control',
  'setfcap',
  'mac_override',
  'mac_admin',
  'syslog',
  'wake_alarm',
  'block_suspend',
  'audit_read',
  'perfmon',
  'bpf',
  'checkpoint_restore',
] as const;

const EFFECTIVE = 1;

/** `cap_net_raw=ep`; `unreadable` for bytes that are none. */
export function capabilityText(value: Uint8Array): string {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length < 12) return 'unreadable';
  const magic = view.getUint32(0, true);
  const revision = magic >>> 24;
  const words = revision === 1 ? 1 : 2;
  if (revision < 1 || revision > 3 || value.length < 4 + words * 8) return 'unreadable';
  const permitted = bits(view, 4, words);
  const inheritable = bits(view, 8, words);
  const groups = new Map<string, string[]>();
  for (const [number, name] of NAMES.entries()) {
    const inP = permitted.has(number);
    const inI = inheritable.has(number);
    if (!inP && !inI) continue;
    const flags = `${(magic & EFFECTIVE) !== 0 ? 'e' : ''}${inI ? 'i' : ''}${inP ? 'p' : ''}`;
    groups.set(flags, [...(groups.get(flags) ?? []), `cap_${name}`]);
  }
  return [...groups].map(([flags, names]) => `${names.join(',')}=${flags}`).join(' ') || 'none';
}

function bits(view: DataView, first: number, words: number): Set<number> {
  const set = new Set<number>();
  for (let word = 0; word < words; word++) {
    const value = view.getUint32(first + word * 8, true);
    for (let bit = 0; bit < 32; bit++) if (((value >>> bit) & 1) === 1) set.add(word * 32 + bit);
  }
  return set;
}

/** Those of a directory of this machine, by getcap(8): Node reads no extended attributes. */
export async function capabilitiesIn(root: string, run: Run): Promise<{ path: string; capabilities: string }[]> {
  const { stdout } = await run('getcap', ['-r', root], { timeout: millis(600_000) });
  return stdout.split('\n').flatMap((line) => {
    const match = /^(.*) ([a-z_,]+=[eip]+(?: .*)?)$/.exec(line);
    const path = match?.[1];
    return path?.startsWith(`${root}/`)
      ? [{ path: path.slice(root.length + 1), capabilities: match?.[2] as string }]
      : [];
  });
}
