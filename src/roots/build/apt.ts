/** An apt with a directory of its own: it finds out and fetches packages for a board, and touches nothing of this machine's. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailed, run } from '../../net/run.ts';
import { seconds } from '../../rack/units.ts';
import { aptErrors, type Download, readMissing, readStanzas, readUris } from './apt-output.ts';
import { BuildRefused, PackagesGone } from './errors.ts';
import { packageText } from './package-list.ts';
import { runProgram } from './program.ts';

/** Asking what is there; nothing of it uses the network. */
const ASK_LIMIT = seconds(300);

export interface AptOptions {
  readonly directory: string;
  readonly arch: string;
  readonly sources: readonly string[];
  /** `Acquire::http::Proxy` and the like, of the machine's apt. */
  readonly settings: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export class Apt {
  readonly archives: string;
  readonly lists: string;
  readonly #options: AptOptions;
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(options: AptOptions) {
    const { directory, arch, sources, settings } = options;
    this.#options = options;
    this.lists = join(directory, 'var/lib/apt/lists');
    this.archives = join(directory, 'var/cache/apt/archives');
    const etc = join(directory, 'etc/apt');
    const parts = [join(etc, 'preferences.d'), join(etc, 'apt.conf.d')];
    for (const path of [join(this.lists, 'partial'), join(this.archives, 'partial'), ...parts])
      mkdirSync(path, { recursive: true });
    writeFileSync(join(directory, 'status'), '');
    writeFileSync(join(etc, 'sources.list'), `${sources.join('\n')}\n`);
    const all: Record<string, string> = {
      ...settings,
      Dir: `${directory}/`,
      'Dir::State::status': join(directory, 'status'),
      'APT::Architecture': arch,
      'APT::Architectures::': arch,
      'APT::Install-Recommends': 'false',
      'APT::Get::Assume-Yes': 'true',
      // The directory is root's alone.
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
    };
    const text = Object.entries(all).map(([name, value]) => `${name} ${JSON.stringify(value)};\n`);
    writeFileSync(join(etc, 'apt.conf'), text.join(''));
    this.#env = { ...process.env, LC_ALL: 'C.UTF-8', APT_CONFIG: join(etc, 'apt.conf') };
  }

  get sourcesFile(): string {
    return join(this.#options.directory, 'etc/apt/sources.list');
  }

  /** Fetches the lists of packages. Signatures are checked; Release files, as texts. */
  async update(): Promise<readonly string[]> {
    await this.#run(['update', '--error-on=any']);
    return readdirSync(this.lists)
      .filter((name) => name.endsWith('InRelease') || name.endsWith('_Release'))
      .map((name) => readFileSync(join(this.lists, name), 'utf8'));
  }

  /** What installing these would fetch: everything, as nothing is installed. Throws PackagesGone, BuildRefused. */
  async plan(packages: readonly string[]): Promise<readonly Download[]> {
    return readUris(await this.#ask('apt-get', ['install', '--print-uris', '-qq', '--', ...packages]));
  }

  /** These packages alone. */
  async planAlone(packages: readonly string[]): Promise<readonly Download[]> {
    return readUris(await this.#ask('apt-get', ['download', '--print-uris', '-qq', '--', ...packages]));
  }

  /** Descriptions of these, each `name` or `name=version`. */
  async show(packages: readonly string[]): Promise<readonly ReadonlyMap<string, string>[]> {
    return readStanzas(await this.#ask('apt-cache', ['show', '--no-all-versions', '--', ...packages]));
  }

  /** Fetches into `archives` what is not there yet; hashes are checked. */
  async fetch(packages: readonly Download[], onBytes: (done: number) => void): Promise<void> {
    const names = packages.map(packageText);
    const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
    const progress = ['-o', 'APT::Status-Fd=2', '-o', `Dir::Cache::archives=${this.archives}`];
    await this.#run([...progress, 'download', '-qq', '--', ...names], {
      cwd: this.archives,
      onLine: (line) => {
        const percent = /^dlstatus:\d+:([0-9.]+):/.exec(line)?.[1];
        if (percent !== undefined) onBytes((Number(percent) / 100) * total);
      },
    });
  }

  async #run(args: readonly string[], more: { cwd?: string; onLine?: (line: string) => void } = {}): Promise<void> {
    await runProgram('apt-get', args, { env: this.#env, signal: this.#options.signal, ...more });
  }

  async #ask(program: string, args: readonly string[]): Promise<string> {
    try {
      const { signal } = this.#options;
      return (await run(program, args, { env: this.#env, timeout: ASK_LIMIT, ...(signal ? { signal } : {}) })).stdout;
    } catch (cause) {
      this.#options.signal?.throwIfAborted();
      if (!(cause instanceof CommandFailed)) throw cause;
      const gone = readMissing(cause.stderr);
      if (gone.length > 0) throw new PackagesGone(gone, this.#archive());
      throw new BuildRefused(`${program}: ${aptErrors(cause.stderr) || cause.message}`, { cause });
    }
  }

  #archive(): string {
    return this.#options.sources.map((line) => line.replace(/^deb \[[^\]]*\] (\S+ \S+).*$/, '$1')).join(', ');
  }
}

/** Settings of this machine's apt that reach the archive. */
export async function machineSettings(): Promise<Record<string, string>> {
  const { stdout } = await run('apt-config', ['dump', '--format', '%f|%v%n']);
  const lines = stdout.split('\n').map((line) => line.split('|'));
  return Object.fromEntries(
    lines.flatMap(([name = '', value = '']) =>
      /^Acquire::https?::([A-Za-z0-9.:-]+::)?Proxy$/.test(name) && value !== '' ? [[name, value]] : [],
    ),
  );
}
