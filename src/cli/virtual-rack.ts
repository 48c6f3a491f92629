import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTicks } from '../sim/bundle/launch.ts';
import { CliError, EXIT } from './exit.ts';
import { stateRoot } from './places.ts';

export interface VirtualRack {
  readonly rack: string;
  /** First process of its bundle, as this side numbers it. */
  readonly pid: number;
  /** Control socket of its simulated boards and switches. */
  readonly socket: string;
}

export interface VirtualRackOptions {
  readonly rack?: string;
  readonly state?: string;
}

export const RACK_OPTION = [
  '--rack <name>',
  'which rack (default: the only virtual one that is being served)',
] as const;
export const STATE_OPTION = ['--state <dir>', 'directory that holds the racks’ state'] as const;

/** The virtual rack that a command means: `--rack NAME`, or the only one that is being served. */
export function findVirtualRack(options: VirtualRackOptions): VirtualRack {
  const root = stateRoot(options.state);
  const names = options.rack === undefined ? directories(root) : [options.rack];
  const served = names.flatMap((rack) => {
    const directory = join(root, rack);
    const pid = bundlePid(directory);
    return pid === undefined ? [] : [{ rack, pid, socket: join(directory, 'sim.sock') }];
  });
  const [only, ...more] = served;
  if (only === undefined) {
    throw new CliError(
      EXIT.missing,
      options.rack === undefined
        ? `no virtual rack is being served below ${root}; start one with \`pirack serve RACK-FILE\``
        : `no virtual rack ${options.rack} is being served`,
    );
  }
  if (more.length > 0) {
    const choice = served.map(({ rack }) => `--rack ${rack}`).join(' or ');
    throw new CliError(EXIT.usage, `several virtual racks are being served: say which with ${choice}`);
  }
  return only;
}

function directories(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Undefined when it is not running. */
function bundlePid(directory: string): number | undefined {
  const path = join(directory, 'bundle.json');
  if (!existsSync(path)) return undefined;
  const { pid, startTicks: began } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startTicks?: string };
  // The file of a rack that was killed may name a number that another process has by now.
  return began !== undefined && startTicks(pid) === began ? pid : undefined;
}
