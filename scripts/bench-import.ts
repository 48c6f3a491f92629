/**
 * Imports an image shaped like Raspberry Pi OS, packed by xz, as `pirack image import` does, and prints one JSON line: how long
 * it took and `xz -dc` alone, both in one run and in turns, and how much memory all of its processes had at most. Figures, no
 * verdict. Files are those of this machine's /usr, which pack as a system does, and some that do not pack at all.
 * Root and the pinned Node are needed, and room for the image five times over:
 * `. scripts/toolchain.sh && node scripts/bench-import.ts [DIRECTORY [MEBIBYTES [ROUNDS]]]`.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeDisk, makeExt4, makeFat, makePiBoot, makePiRoot, run } from '../test/roots/import/support/pi-image.ts';

const [parent = tmpdir(), mebibytes = '2600', rounds = '2'] = process.argv.slice(2);
const MIB = 1024 * 1024;
/** Of the image: what cannot be packed, as pictures and archives cannot. */
const RANDOM = 0.1;
const FREE = 0.12;
const scratch = mkdtempSync(join(parent, 'pirack-bench-import-'));

/** A hundredth of a second: ticks of /proc on every Linux that Node runs on. */
const TICKS = 100;

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of all its processes at one moment, pages that they share counted once for each. */
  readonly peakMegabytes: number;
}

async function timed(command: readonly string[], to?: string): Promise<Timed> {
  const out = openSync(to ?? '/dev/null', 'w');
  const before = childCpu();
  const began = performance.now();
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', out, 'inherit'] });
  let peak = 0;
  const ended = new Promise<number | null>((done) => child.on('close', done));
  for (let code: number | null | 'runs' = 'runs'; code === 'runs'; ) {
    code = await Promise.race([ended, pause(100, 'runs' as const)]);
    peak = Math.max(peak, residentOf(child.pid as number));
    if (code !== 'runs' && code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
  }
  closeSync(out);
  const seconds = (performance.now() - began) / 1000;
  return { seconds: round(seconds), cpuSeconds: round(childCpu() - before), peakMegabytes: round(peak / MIB) };
}

/** Of a process and all below it, in bytes. */
function residentOf(pid: number): number {
  try {
    const resident = Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + residentOf(Number(child)), resident);
  } catch {
    return 0;
  }
}

function childCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

/** Copies directories of /usr, one after the other, until there is as much as wanted. */
function fill(root: string, wanted: number): void {
  const into = join(root, 'usr/share/of-this-machine');
  mkdirSync(into, { recursive: true });
  const random = Math.round(wanted * RANDOM);
  execFileSync('sh', ['-c', `head -c ${random}M /dev/urandom | split -b 5M - "$1/noise."`, 'sh', into]);
  let have = random;
  for (const top of ['/usr/share', '/usr/bin', '/usr/lib'])
    for (const name of readdirSync(top).sort()) {
      const size = Number(run('du', '-sm', '--apparent-size', join(top, name)).split('\t')[0]);
      if (size === 0 || have + size > wanted) continue;
      cpSync(join(top, name), join(into, top, name), { recursive: true, verbatimSymlinks: true });
      have += size;
    }
}

try {
  const [root, boot] = [join(scratch, 'root'), join(scratch, 'boot')];
  mkdirSync(root);
  makePiRoot(root);
  makePiBoot(boot);
  fill(root, Number(mebibytes) * (1 - FREE) - 48);
  makeFat(boot, join(scratch, 'fat'));
  makeExt4(root, join(scratch, 'ext4'), [], Number(mebibytes) - 56);
  const image = join(scratch, 'pi.img');
  makeDisk(image, 'dos', join(scratch, 'fat'), join(scratch, 'ext4'));
  rmSync(root, { recursive: true });
  rmSync(join(scratch, 'ext4'));
  const bytes = statSync(image).size;
  execFileSync('xz', ['-T0', '-1', image]);
  const packed = `${image}.xz`;
  const results: { unpack: Timed; imported: Timed }[] = [];
  for (let index = 0; index < Number(rounds); index++) {
    const state = join(scratch, 'state');
    const unpack = await timed(['xz', '-dc', packed]);
    const pirack = resolve(import.meta.dirname, '../bin/pirack');
    const imported = await timed([
      pirack,
      'image',
      'import',
      packed,
      '--name',
      'bench',
      '--version',
      '1',
      '--state',
      state,
    ]);
    results.push({ unpack, imported });
    rmSync(state, { recursive: true });
  }
  const ratios = results.map(({ unpack, imported }) => imported.seconds / unpack.seconds);
  const load = round(loadavg()[0] as number);
  const sizes = { megabytes: round(bytes / 1e6), packedMegabytes: round(statSync(packed).size / 1e6) };
  console.log(JSON.stringify({ ...sizes, load, ratio: Math.round(median(ratios) * 100) / 100, rounds: results }));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
