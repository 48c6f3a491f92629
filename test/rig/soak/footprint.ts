/** What a served rack takes of the machine: memory of the controller, bytes of its databases and its log. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RigRack } from '../rack.ts';

export interface Footprint {
  /** Seconds since the soak began. */
  readonly at: number;
  /** MB. */
  readonly rss: number;
  /** MB, with write-ahead logs. */
  readonly databases: number;
  /** KB. */
  readonly log: number;
  /** CPU seconds of the controller since it began. */
  readonly cpu: number;
}

/** @param pid of the controller: one that is too busy to answer is the one that is to be measured */
export async function footprint(rack: RigRack, pid: number, began: number): Promise<Footprint> {
  const read = await rack.inside('controller', ['cat', `/proc/${pid}/status`, `/proc/${pid}/stat`]);
  const rss = Number(/VmRSS:\s+(\d+)/.exec(read.stdout)?.[1]) / 1024;
  const fields = (read.stdout.trim().split('\n').at(-1) ?? '').replace(/^.*\) /, '').split(' ');
  const bytes = (test: (name: string) => boolean) => {
    const directory = join(rack.directory, rack.name);
    return readdirSync(directory)
      .filter(test)
      .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  };
  return {
    at: Math.round((Date.now() - began) / 1000),
    rss: Math.round(rss * 10) / 10,
    databases: Math.round((bytes((name) => /\.db(-wal)?$/.test(name)) / 2 ** 20) * 100) / 100,
    log: Math.round(bytes((name) => name === 'controller.log') / 1024),
    // utime and stime, in hundredths of a second.
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
  };
}
