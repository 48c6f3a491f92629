/**
 * NFS: 108 boards that read a file of their root at once by libnfs, through all that pirack puts in the way (a root, an export
 * and firewall rules for each), and from the same server with one export of the image's directory to everybody and no rules.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import { placeName } from '../../../src/roots/place.ts';
import { makeFakeImage } from '../../roots/support/fake-image.ts';
import { type Bench, type BenchContext, BenchFailed, type Comparison, type Measured, type Units } from '../bench.ts';
import { makeLegs } from '../support/legs.ts';
import { type ServerCommand, startServer } from '../support/server.ts';

const FILE_BYTES = 12 * 1024 * 1024;
const FILE = 'big';
const LIMIT = millis(600_000);
const UNITS: Units = { rate: 'MB/s', cpu: 's/GB', workPerRate: 1e6, workPerCpu: 1e9 };
const script = fileURLToPath(new URL('serve.ts', import.meta.url));

export const nfsBench: Bench = {
  async prepare(context): Promise<readonly Comparison[]> {
    const { plan, directory } = context;
    await makeLegs(plan.slots, { addressed: true });
    const image = makeFakeImage(join(directory, 'image'));
    writeFileSync(join(image, 'root', FILE), randomBytes(FILE_BYTES));
    mkdirSync('/run/rpcbind', { recursive: true });
    // One for both: it is asked once a mount, and not at all with ports that are named.
    await startServer({
      name: 'rpcbind',
      program: context.program('rpcbind'),
      args: ['-f'],
      ready: () => answers({ path: '/run/rpcbind.sock' }),
    });
    const row = (bench: string, version: 3 | 4): Comparison => ({
      bench,
      peer: 'nfs-ganesha',
      units: UNITS,
      ours: measured(
        () => pirack(context, image),
        plan.slots,
        (root) => url(root.slot, root.path, version),
      ),
      theirs: measured(
        () => bare(context, image),
        plan.slots,
        ({ slot }) => url(slot, join(image, 'root'), version),
      ),
    });
    return [row('nfs3', 3), row('nfs4', 4)];
  },
};

interface Served {
  readonly command: ServerCommand;
  /** Directory of a slot's root. */
  readonly path: (slot: SlotPlan) => string;
}

function pirack({ directory }: BenchContext, image: string): Served {
  const state = mkdtempSync(join(directory, 's-'));
  return {
    command: { name: 'pirack', program: process.execPath, args: [script, state, image], readyLine: 'ready' },
    path: ({ slot }) => join(state, 'roots', placeName(slot), 'root'),
  };
}

/** Its own defaults, but for what needs more of a machine than is here, and handles that a file system in memory has. */
function bare({ program, directory }: BenchContext, image: string): Served {
  const state = mkdtempSync(join(directory, 'bare-'));
  const file = join(state, 'ganesha.conf');
  writeFileSync(
    file,
    `NFS_CORE_PARAM { Protocols = 3, 4; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; fsid_device = true;
  Allow_Set_Io_Flusher_Fail = true; }
NFSv4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = "${state}"; Only_Numeric_Owners = true; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT { Export_Id = 1; Path = "${image}/root"; Pseudo = "${image}/root"; Filesystem_Id = 1.1; Access_Type = RW;
  Squash = no_root_squash; SecType = sys; Protocols = 3, 4; Transports = TCP; FSAL { Name = VFS; } }
`,
  );
  const args = ['-F', '-f', file, '-p', join(state, 'pid'), '-L', join(state, 'log')];
  return {
    command: {
      name: 'nfs-ganesha',
      program: program('ganesha.nfsd'),
      args,
      ready: () => answers({ port: 2049, host: '127.0.0.1' }),
    },
    path: () => join(image, 'root'),
  };
}

const url = ({ ipv4 }: SlotPlan, root: string, version: 3 | 4): string =>
  `nfs://${ipv4.controller}${root}/${FILE}?version=${version}&nfsport=2049${version === 3 ? '&mountport=20048' : ''}`;

function measured(
  serve: () => Served,
  slots: readonly SlotPlan[],
  urlOf: (root: { slot: SlotPlan; path: string }) => string,
): Measured {
  return {
    sample: async () => {
      const { command, path } = serve();
      const server = await startServer(command);
      const urls = slots.map((slot) => urlOf({ slot, path: path(slot) }));
      // What is mounted, opened and read for the first time is read once before: boards do that once.
      await readAll(urls);
      const look = () => ({ cpu: server.cpuSeconds(), nfs: nfsServerSeconds(), at: performance.now() });
      const before = look();
      await readAll(urls);
      const after = look();
      await server.stop();
      const work = FILE_BYTES * urls.length;
      return {
        work,
        seconds: (after.at - before.at) / 1000,
        cpuSeconds: after.cpu - before.cpu,
        // Without what looks after it, which takes its share of the time and not of the bytes.
        extra: { 'ganesha s/GB': (after.nfs - before.nfs) / (work / UNITS.workPerCpu) },
      };
    },
  };
}

/** CPU seconds of the NFS server itself, of which there is one in a bundle: fields 14 and 15 of proc_pid_stat(5). */
function nfsServerSeconds(): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = readFileSync(`/proc/${pid}/stat`, { encoding: 'utf8' });
    if (!stat.includes('(ganesha.nfsd)')) continue;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = 100;

const READ = `test "$(nfs-cat "$0" | wc -c)" = ${FILE_BYTES}`;

/** Every board in a process of its own, all at once. */
async function readAll(urls: readonly string[]): Promise<void> {
  const args = ['netns', 'exec', 'boards', 'xargs', '-P', String(urls.length), '-n', '1', 'sh', '-c', READ];
  await run('ip', args, { input: urls.join('\n'), timeout: LIMIT }).catch((cause) => {
    throw new BenchFailed('a board has not read all of its file', { cause });
  });
}

const answers = (where: { path: string } | { port: number; host: string }): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(where);
    socket.on('connect', () => done(true)).on('error', () => done(false));
    socket.on('connect', () => socket.destroy());
  });
