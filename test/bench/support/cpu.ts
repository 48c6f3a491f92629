/**
 * CPU time of a server with all its processes, those that it forks and forgets too. By a cgroup where one can be made;
 * else by adding up /proc, which misses processes that nobody waited for.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

export interface CpuMeter {
  /** What meters, for the report's foot. */
  readonly by: string;
  /** Shell words that put the shell itself under the meter, or none. */
  readonly join: string;
  /** CPU seconds so far. `pid`: the server's first process. */
  seconds(pid: number): number;
  close(): void;
}

export function openCpuMeter(): CpuMeter {
  // Not by the process's number: in its bundle that is 1, in the bundle of another bench too.
  const name = `pirack-bench-${randomBytes(6).toString('hex')}`;
  // Version 1 has a hierarchy for CPU time; version 2 counts it in every group.
  return (
    group('/sys/fs/cgroup/cpuacct', name, 'cpuacct.usage', (text) => Number(text) / 1e9) ??
    group(
      `/sys/fs/cgroup${ownGroup()}`,
      name,
      'cpu.stat',
      (text) => Number(/usage_usec (\d+)/.exec(text)?.[1]) / 1e6,
    ) ??
    procMeter
  );
}

function group(root: string, name: string, file: string, parse: (text: string) => number): CpuMeter | undefined {
  const directory = join(root, name);
  const read = () => parse(readFileSync(join(directory, file), 'utf8'));
  try {
    mkdirSync(directory);
    if (!Number.isFinite(read())) throw new Error(`${file} holds no number`);
  } catch {
    remove(directory);
    return undefined;
  }
  return {
    by: `cgroup ${file}`,
    join: `echo $$ > '${directory}/cgroup.procs'`,
    seconds: read,
    close: () => remove(directory),
  };
}

function remove(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Never made, or a process in it is not quite gone: an empty group costs nothing.
  }
}

/** Of cgroup version 2, such as `/user.slice`. */
function ownGroup(): string {
  const path = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
  return path === '/' ? '' : path;
}

/** proc(5), /proc/pid/stat: fields 14 to 17 are user and system time, of the process and of children waited for. */
const TICKS_PER_SECOND = 100;

const procMeter: CpuMeter = {
  by: '/proc',
  join: ':',
  seconds: (pid) => {
    const stats = new Map(
      readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [readStat(Number(entry))] : [])),
    );
    let ticks = 0;
    const tree = [pid];
    for (const parent of tree) {
      ticks += stats.get(parent)?.ticks ?? 0;
      for (const [child, stat] of stats) if (stat.parent === parent) tree.push(child);
    }
    return ticks / TICKS_PER_SECOND;
  },
  close: () => {},
};

function readStat(pid: number): [number, { parent: number; ticks: number }] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may hold spaces and brackets: fields are counted after its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return [pid, { parent: Number(fields[1]), ticks }];
  } catch {
    return [pid, { parent: -1, ticks: 0 }];
  }
}
