import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AgentUser } from '../../../src/sim/switch/agent.ts';

const run = promisify(execFile);

/** The tools make a folder of their own wherever they are started; here it is out of the way. */
const OWN_FILES = join(tmpdir(), 'pirack-snmp-tools');

/** Debian's names for the protocols; its AES-256 is Blumenthal's, AES-256-C is Reeder's as Cisco uses it. */
const AUTH = { sha1: 'SHA', sha224: 'SHA-224', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;
const PRIV = { aes128: 'AES', aes256b: 'AES-256', aes256r: 'AES-256-C' } as const;

export function v2cArguments(community: string): string[] {
  return ['-v2c', '-c', community];
}

export function v3Arguments(user: Pick<AgentUser, 'name' | 'auth' | 'priv'>): string[] {
  const auth = ['-a', AUTH[user.auth.protocol], '-A', user.auth.key];
  return ['-v3', '-l', 'authPriv', '-u', user.name, ...auth, '-x', PRIV[user.priv.protocol], '-X', user.priv.key];
}

export interface Ran {
  readonly code: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs snmpget and its kin with numeric output; every other argument is the caller's. */
export async function snmpTool(program: string, port: number, auth: string[], args: string[]): Promise<Ran> {
  const all = ['-On', '-Oe', '-Ot', '-t', '1', '-r', '0', ...auth, `127.0.0.1:${port}`, ...args];
  // No file of the machine has a say in it: neither MIBs nor snmp.conf.
  const env = { PATH: process.env.PATH, MIBS: '', SNMPCONFPATH: OWN_FILES, SNMP_PERSISTENT_DIR: OWN_FILES };
  try {
    const { stdout, stderr } = await run(program, all, { env, timeout: 20_000, maxBuffer: 64 << 20 });
    return { code: 0, lines: lines(stdout), errors: stderr };
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string };
    return { code: failed.code ?? -1, lines: lines(failed.stdout ?? ''), errors: failed.stderr ?? String(error) };
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
