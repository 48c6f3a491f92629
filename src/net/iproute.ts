/** iproute2's `ip`: typed reads (`ip -json`) and writes in one process (`ip -batch`), with each failure tied to its command. */
import { type Mac, parseMac } from '../wire/address.ts';
import { CommandFailed, run } from './run.ts';

export interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  /** IFF_UP: set up by the administrator; says nothing of a carrier. */
  readonly up: boolean;
  readonly carrier: boolean;
  readonly mtu: number;
  readonly mac: Mac | undefined;
  /** `vlan`, `veth`, `bridge`…; undefined for hardware. */
  readonly kind: string | undefined;
  /** The interface under a VLAN or the other end of a veth; undefined where that is in another namespace. */
  readonly parent: string | undefined;
  /** 802.1Q id of a VLAN interface. */
  readonly vlan: number | undefined;
}

export interface Address {
  readonly ifname: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  readonly scope: string;
  /** Duplicate address detection still runs, or found a duplicate: the address cannot be used. */
  readonly unusable: boolean;
}

export interface Neighbour {
  readonly ifname: string;
  readonly address: string;
  readonly mac: Mac | undefined;
  /** `PERMANENT`, `REACHABLE`, `STALE`… */
  readonly state: string;
}

export interface Route {
  /** `default`, an address or a prefix. */
  readonly destination: string;
  readonly ifname: string | undefined;
  readonly gateway: string | undefined;
  readonly table: string;
  /** `unicast`, `local`, `blackhole`… */
  readonly type: string;
}

/** One line of a batch, a token each: `['link', 'set', 'dev', 'vlan101', 'up']`. */
export type IpCommand = readonly string[];

export interface IpFailure {
  readonly command: IpCommand;
  /** What `ip` said about it. */
  readonly message: string;
}

/** Commands of a batch that failed; all others were carried out, unless `stopped` says why `ip` gave up before its end. */
export class IpBatchFailed extends Error {
  override readonly name = 'IpBatchFailed';
  readonly failures: readonly IpFailure[];
  readonly stopped: string | undefined;

  constructor(failures: readonly IpFailure[], stopped: string | undefined, cause: unknown) {
    const lines = failures.map(({ command, message }) => `ip ${command.join(' ')}: ${message}`);
    super([...lines, ...(stopped === undefined ? [] : [`ip gave up: ${stopped}`])].join('; '), { cause });
    this.failures = failures;
    this.stopped = stopped;
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Words of `ip` need no more than this; anything else could end a word or a line of the batch. */
const TOKEN = /^[\w.:/@+%-]+$/;

/**
 * Carries out all commands in one process; a failing one does not stop those after it. Two kinds do, and are not told by
 * their command but as `stopped`: one with a word that ip cannot read, and a failing `neighbour` command (neighbour.ts sets
 * those one by one). Throws IpBatchFailed.
 */
export async function ipBatch(commands: readonly IpCommand[]): Promise<void> {
  for (const token of commands.flat()) {
    if (!TOKEN.test(token)) throw new RangeError(`expected a word that ip can read, got ${JSON.stringify(token)}`);
  }
  if (commands.length === 0) return;
  const input = commands.map((command) => `${command.join(' ')}\n`).join('');
  try {
    await run('ip', ['-force', '-batch', '-'], { input });
  } catch (cause) {
    if (!(cause instanceof CommandFailed) || cause.code === undefined) throw cause;
    throw new IpBatchFailed(...parseBatchErrors(commands, cause.stderr), cause);
  }
}

/** What stderr of `ip -force -batch -` says: lines of text, then `Command failed -:<line>`. */
export function parseBatchErrors(commands: readonly IpCommand[], stderr: string): [IpFailure[], string | undefined] {
  const failures: IpFailure[] = [];
  let text: string[] = [];
  for (const line of stderr.split('\n')) {
    const number = /^Command failed -:(\d+)$/.exec(line)?.[1];
    if (number === undefined) {
      if (line.trim() !== '') text.push(line.trim());
    } else {
      failures.push({ command: commands[Number(number) - 1] ?? [], message: text.join(' ') });
      text = [];
    }
  }
  return [failures, text.length === 0 && failures.length > 0 ? undefined : text.join(' ') || 'no reason given'];
}

export async function readLinks(): Promise<Link[]> {
  return (await ipJson(['-details', 'link', 'show'])).map(parseLink);
}

export async function readAddresses(): Promise<Address[]> {
  return (await ipJson(['address', 'show'])).flatMap(parseAddresses);
}

/** Neighbours in any of the given states (`permanent`, `reachable`…); all that `ip` shows by default. */
export async function readNeighbours(states: readonly string[] = []): Promise<Neighbour[]> {
  return (await ipJson(['neighbour', 'show', ...states.flatMap((state) => ['nud', state])])).map(parseNeighbour);
}

/** Routes of all tables, or of one. */
export async function readRoutes(family: 4 | 6, table = 'all'): Promise<Route[]> {
  return (await ipJson([`-${family}`, 'route', 'show', 'table', table])).map(parseRoute);
}

async function ipJson(args: readonly string[]): Promise<Json[]> {
  const { stdout } = await run('ip', ['-json', ...args]);
  const value: unknown = stdout.trim() === '' ? [] : JSON.parse(stdout);
  if (!Array.isArray(value)) throw new TypeError(`ip ${args.join(' ')}: expected a JSON array`);
  // A filter makes ip print empty objects for what it left out.
  return (value as Json[]).filter((entry) => Object.keys(entry).length > 0);
}

export function parseLink(entry: Json): Link {
  const flags = list(entry.flags);
  const info = object(entry.linkinfo);
  return {
    ifindex: Number(entry.ifindex),
    ifname: String(entry.ifname),
    up: flags.includes('UP'),
    carrier: flags.includes('LOWER_UP'),
    mtu: Number(entry.mtu),
    mac: mac(entry.address),
    kind: text(info.info_kind),
    parent: text(entry.link),
    vlan: info.info_kind === 'vlan' ? Number(object(info.info_data).id) : undefined,
  };
}

export function parseAddresses(entry: Json): Address[] {
  return (list(entry.addr_info) as Json[])
    .filter((info) => info.family === 'inet' || info.family === 'inet6')
    .map((info) => ({
      ifname: String(entry.ifname),
      family: info.family === 'inet' ? 4 : 6,
      address: String(info.local),
      prefix: Number(info.prefixlen),
      scope: String(info.scope),
      unusable: info.tentative === true || info.dadfailed === true,
    }));
}

export function parseNeighbour(entry: Json): Neighbour {
  return {
    ifname: String(entry.dev),
    address: String(entry.dst),
    mac: mac(entry.lladdr),
    state: String(list(entry.state)[0] ?? 'NONE'),
  };
}

export function parseRoute(entry: Json): Route {
  return {
    destination: String(entry.dst),
    ifname: text(entry.dev),
    gateway: text(entry.gateway),
    table: text(entry.table) ?? 'main',
    type: text(entry.type) ?? 'unicast',
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Interfaces that are no Ethernet (tunnels) have addresses of other lengths. */
function mac(value: unknown): Mac | undefined {
  try {
    return parseMac(String(value));
  } catch {
    return undefined;
  }
}
