/** A way into a guest, as a customer has one: by a key in the root, and only where the server shows the key that was foretold. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RootView } from '../../src/api/control/root-protocol.ts';
import { run } from '../../src/net/run.ts';
import type { Ran, RigRack } from './rack.ts';

export class GuestLogin {
  readonly publicKeyFile: string;
  readonly #rack: RigRack;
  readonly #slot: number;
  readonly #key: string;

  private constructor(rack: RigRack, slot: number, key: string) {
    this.#rack = rack;
    this.#slot = slot;
    this.#key = key;
    this.publicKeyFile = `${key}.pub`;
  }

  /** Puts a fresh key into the slot's current root, in `roots`. */
  static async make(rack: RigRack, slot: number, roots = join(rack.directory, rack.name, 'roots')) {
    const key = join(rack.directory, `login-${slot}`);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const login = new GuestLogin(rack, slot, key);
    const home = join(roots, (await login.#root('current')).place, 'root/root/.ssh');
    const script = 'mkdir -p -m 700 "$1" && cat "$2" >>"$1/authorized_keys"';
    const put = await rack.inside('controller', ['sh', '-c', script, 'sh', home, login.publicKeyFile]);
    if (put.code !== 0) throw new Error(`the key could not be put into the root: ${put.stderr}`);
    return login;
  }

  /** Runs a shell's command in the guest; `input` is a file of this machine. */
  async run(
    command: string,
    { limit = 300_000, input = '/dev/null', role = 'current' as RootView['role'] } = {},
  ): Promise<Ran> {
    const address = `10.20.0.${this.#slot * 4 - 2}`;
    const known = `${this.#key}.known`;
    writeFileSync(known, `${address} ${(await this.#root(role)).hostKey}\n`);
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile=${known}`, 'ConnectTimeout=60'];
    const ssh = ['ssh', '-i', this.#key, ...options.flatMap((option) => ['-o', option]), `root@${address}`, command];
    return this.#rack.inside(
      'controller',
      ['sh', '-c', 'input=$1; shift; exec "$@" <"$input"', 'sh', input, ...ssh],
      limit,
    );
  }

  async #root(role: RootView['role']): Promise<RootView> {
    const { stdout } = await this.#rack.pirack(['root', 'list', '--json']);
    const found = (JSON.parse(stdout) as RootView[]).find((each) => each.slot === this.#slot && each.role === role);
    if (found === undefined) throw new Error(`slot ${this.#slot} has no root that is ${role}`);
    return found;
  }
}
