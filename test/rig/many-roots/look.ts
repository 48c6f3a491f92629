/**
 * Run inside a rack: `write` puts a file of its own into the root of every slot, as its board, over NFS; `read` tells what
 * the NFS server exports, what is mounted, and what every board can read of its own root and of its neighbour's. The NFS
 * server is asked by dbus-send and read by libnfs, none of which is pirack's. The second argument is a file with what to
 * look at (`Question`); prints JSON.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mapBounded } from '../../../src/roots/bounded.ts';

export interface Question {
  /** Socket of the NFS server's bus. */
  readonly bus: string;
  /** The directory of the roots. */
  readonly directory: string;
  readonly slots: readonly SlotQuestion[];
}

export interface SlotQuestion {
  readonly slot: number;
  /** Path of the root that its board should have, and of another board's. */
  readonly path: string;
  readonly foreign: string;
  /** A file of the other side to put there. */
  readonly file: string;
}

export interface Export {
  readonly id: number;
  readonly path: string;
  readonly clients: readonly string[];
}

export interface Look {
  readonly exports: readonly Export[];
  /** Targets below the directory of the roots. */
  readonly mounts: readonly string[];
  readonly boards: readonly { readonly slot: number; readonly hostName: string; readonly foreign: string }[];
}

/** More at once would only wait for the same two cores. */
const AT_ONCE = 4;
const MANAGER = ['--dest=org.ganesha.nfsd', '/org/ganesha/nfsd/ExportMgr'];

function execute(program: string, args: readonly string[]): Promise<{ out: string; failed: boolean }> {
  return new Promise((done) => {
    execFile(program, args, { timeout: 30_000 }, (error, stdout, stderr) =>
      done({ out: error === null ? stdout : `${stdout}${stderr}`, failed: error !== null }),
    );
  });
}

async function exportsOf(bus: string): Promise<Export[]> {
  const call = async (member: string, ...args: string[]) => {
    const address = `--bus=unix:path=${bus}`;
    const all = [address, '--print-reply', ...MANAGER, `org.ganesha.nfsd.exportmgr.${member}`, ...args];
    const { out, failed } = await execute('dbus-send', all);
    if (failed) throw new Error(`dbus-send ${member}: ${out}`);
    return out;
  };
  const ids = Array.from((await call('ShowExports')).matchAll(/^\s*uint16 (\d+)$/gm), ([, id]) => Number(id));
  return mapBounded(
    ids.filter((id) => id !== 0),
    AT_ONCE,
    async (id) => {
      const text = await call('DisplayExport', `uint16:${id}`);
      const strings = Array.from(text.matchAll(/string "(.*)"/g), ([, each]) => each as string);
      // Path, pseudo path and tag; then every client begins with its address.
      return { id, path: strings[0] ?? '', clients: strings.slice(3) };
    },
  );
}

const url = ({ slot }: SlotQuestion, path: string) =>
  `nfs://10.20.${Math.floor(((slot - 1) * 4) / 256)}.${(((slot - 1) * 4) % 256) + 1}${path}`;
const asBoard = ({ slot }: SlotQuestion, command: readonly string[]) =>
  execute('nsenter', [`--net=/run/netns/b${String(slot).padStart(3, '0')}`, '--', ...command]);

const [action = '', file = ''] = process.argv.slice(2);
const question = JSON.parse(readFileSync(file, 'utf8')) as Question;
if (action === 'write') {
  const failures: string[] = [];
  await mapBounded(question.slots, AT_ONCE, async (each) => {
    // One at the top, and one in a directory of the image.
    for (const name of ['mine', 'etc/mine']) {
      const { out, failed } = await asBoard(each, ['nfs-cp', each.file, url(each, `${each.path}/${name}`)]);
      if (failed) failures.push(`slot ${each.slot}: ${out}`);
    }
  });
  console.log(JSON.stringify(failures));
} else {
  const boards = await mapBounded(question.slots, AT_ONCE, async (each) => {
    const own = await asBoard(each, ['nfs-cat', url(each, `${each.path}/etc/hostname`)]);
    const { out, failed } = await asBoard(each, ['nfs-cat', url(each, `${each.foreign}/etc/hostname`)]);
    const foreign = failed ? (/MNT3ERR_\w+/.exec(out)?.[0] ?? out) : `read: ${out}`;
    return { slot: each.slot, hostName: own.out.trim(), foreign };
  });
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((target) => target.startsWith(`${question.directory}/`));
  console.log(JSON.stringify({ exports: await exportsOf(question.bus), mounts, boards } satisfies Look));
}
