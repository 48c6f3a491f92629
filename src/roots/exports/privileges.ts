/** What this process may do, as far as serving NFS and mounting need it. */
import { readFileSync } from 'node:fs';

/** Capability numbers (capabilities(7)). */
const NEEDED = [
  { bit: 2, name: 'CAP_DAC_READ_SEARCH', why: 'file handles' },
  { bit: 21, name: 'CAP_SYS_ADMIN', why: 'mounts' },
] as const;

/** The whole range of user ids mapped onto itself: no user namespace, or one that is none. */
const IDENTITY_MAP = /^\s*0\s+0\s+4294967295\s*$/;

export interface PrivilegeFacts {
  /** /proc/self/uid_map */
  readonly uidMap: string;
  /** /proc/self/status */
  readonly status: string;
}

export function readPrivilegeFacts(): PrivilegeFacts {
  return { uidMap: readFileSync('/proc/self/uid_map', 'utf8'), status: readFileSync('/proc/self/status', 'utf8') };
}

/** What is missing for exporting roots by a server in user space; nothing when all is there. */
export function missingPrivileges({ uidMap, status }: PrivilegeFacts): string[] {
  const missing: string[] = [];
  const user = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  if (user !== '0') missing.push(`root is needed, and this is user ${user ?? 'unknown'}`);
  if (!IDENTITY_MAP.test(uidMap)) {
    missing.push(
      'the machine’s own user namespace is needed: a namespace lends no right to open files by handle, which every NFS server needs',
    );
  }
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  for (const { bit, name, why } of NEEDED) {
    if ((effective & (1n << BigInt(bit))) === 0n) missing.push(`${name} is needed for ${why}`);
  }
  return missing;
}
