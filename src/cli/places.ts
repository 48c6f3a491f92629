import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ControlClient, NotServing } from '../api/control/client.ts';
import { CliError, EXIT } from './exit.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Directory with one directory a rack: databases, roots and the control socket. */
export function stateRoot(option: string | undefined, env: Env = process.env): string {
  const named = option ?? env.PIRACK_STATE;
  if (named !== undefined) return resolve(named);
  if (process.getuid?.() === 0) return '/var/lib/pirack';
  return join(absolute(env.XDG_STATE_HOME) ?? join(homedir(), '.local/state'), 'pirack');
}

/** Directory of the imported images; racks share them. */
export function imagesDirectory(options: { images?: string; state?: string }, env: Env = process.env): string {
  const named = options.images ?? env.PIRACK_IMAGES;
  return named === undefined ? join(stateRoot(options.state, env), 'images') : resolve(named);
}

/** Directory of what can be made again: images built from packages. */
export function cacheDirectory(env: Env = process.env): string {
  if (env.PIRACK_CACHE !== undefined) return resolve(env.PIRACK_CACHE);
  return join(absolute(env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'pirack');
}

/** The XDG specification says that a relative path in its variables is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

export const socketOf = (root: string, rack: string): string => join(root, rack, 'control.sock');

/** The controller that a command means: `--rack NAME`, or the only one that is serving. */
export async function findController(options: { state?: string; rack?: string }): Promise<ControlClient> {
  const root = stateRoot(options.state);
  if (options.rack !== undefined) return new ControlClient(socketOf(root, options.rack));
  const serving: string[] = [];
  for (const rack of racks(root)) {
    try {
      await new ControlClient(socketOf(root, rack)).status();
      serving.push(rack);
    } catch (cause) {
      if (!(cause instanceof NotServing)) throw cause;
    }
  }
  if (serving.length === 1) return new ControlClient(socketOf(root, serving[0] as string));
  throw new CliError(
    EXIT.missing,
    serving.length === 0
      ? `no controller is serving below ${root}; start one with \`pirack serve RACK-FILE\``
      : `several controllers are serving: say which with --rack ${serving.join(' or --rack ')}`,
  );
}

export function racks(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
