/** Debian's OpenSSH server as on a board: root's account, its authorized_keys, and a reboot command that only says it ran. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { cacheDirectory } from '../../../../src/cli/places.ts';
import { makeHostKey } from '../../../../src/roots/personalise/host-keys.ts';
import { freePort } from '../../../support/free-port.ts';

/** Where scripts/setup unpacks it. */
const SERVERS = join(cacheDirectory(), 'servers');
export const SSHD = join(SERVERS, 'usr/sbin/sshd');
/** As Debian installs it. */
const CONFIG = join(SERVERS, 'usr/share/openssh/sshd_config');
/** Since OpenSSH 9.8 and 10.0 the server runs these, which a package that is installed has at their places. */
const PARTS = [
  ['SshdSessionPath', 'sshd-session'],
  ['SshdAuthPath', 'sshd-auth'],
].map(([option, name]) => [option, join(SERVERS, 'usr/lib/openssh', name as string)] as const);

/**
 * In mounts and processes of its own: sshd wants a user `sshd` and /run/sshd (sshd(8), privilege separation), and reads
 * root's keys where passwd(5) says that root is at home. It ends with all that it began when it is killed.
 */
const INSIDE = `mount -t tmpfs t /run && mkdir -m 755 /run/sshd && mkdir -m 700 /run/root && cp -r "$1/ssh" /run/root/.ssh &&
  chmod -R go= /run/root && mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow && shift && exec "$@"`;
const ACCOUNTS = 'root:x:0:0:root:/run/root:/bin/sh\nsshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n';

/** What a board's tenant has in its authorized_keys, and in sshd_config. */
export interface BoardScript {
  /** Gets the path of the command that stands for /sbin/reboot. */
  readonly keys: (reboot: string) => readonly string[];
  readonly options?: readonly string[];
  /** How the reboot command ends. */
  readonly command?: string;
}

export class Sshd {
  readonly #directory = mkdtempSync(join(tmpdir(), 'pirack-sshd-'));
  readonly hostKey = makeHostKey();
  readonly port: number;
  #child!: ChildProcess;
  #log = '';

  private constructor(port: number) {
    this.port = port;
  }

  static async start({ keys, options = [], command = 'exit 0' }: BoardScript): Promise<Sshd> {
    const sshd = new Sshd(await freePort());
    const path = (name: string) => join(sshd.#directory, name);
    writeFileSync(path('reboot'), `#!/bin/sh\necho "$SSH_ORIGINAL_COMMAND" >> ${path('asked')}\n${command}\n`, {
      mode: 0o755,
    });
    mkdirSync(path('ssh'));
    writeFileSync(
      path('ssh/authorized_keys'),
      keys(path('reboot'))
        .map((line) => `${line}\n`)
        .join(''),
    );
    writeFileSync(path('host-key'), sshd.hostKey.openssh, { mode: 0o600 });
    writeFileSync(path('passwd'), ACCOUNTS);
    writeFileSync(path('shadow'), 'root:*:19000:0:99999:7:::\n');
    const given = [`Port=${sshd.port}`, 'ListenAddress=127.0.0.1', `HostKey=${path('host-key')}`, 'PidFile=none'];
    // What PAM asks for is the machine's, not the board's.
    const all = [
      ...given,
      'UsePAM=no',
      ...options,
      ...PARTS.filter(([, at]) => existsSync(at)).map((part) => part.join('=')),
    ];
    await sshd.#run([SSHD, '-D', '-e', '-f', CONFIG, ...all.flatMap((option) => ['-o', option])]);
    return sshd;
  }

  /** What was asked for, each time that the reboot command ran. */
  get asked(): readonly string[] {
    const file = join(this.#directory, 'asked');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  get log(): string {
    return this.#log;
  }

  /** As the board that goes down. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true });
  }

  async #run(command: readonly string[]): Promise<void> {
    const sealed = ['-m', '-p', '-f', '--kill-child', '--mount-proc', '--propagation', 'private'];
    this.#child = spawn('unshare', [...sealed, 'sh', '-c', INSIDE, 'sshd', this.#directory, ...command]);
    for (const output of [this.#child.stdout, this.#child.stderr])
      output?.on('data', (bytes: Buffer) => (this.#log += bytes.toString()));
    await expect.poll(() => this.#log).toContain(`Server listening on 127.0.0.1 port ${this.port}`);
  }
}
