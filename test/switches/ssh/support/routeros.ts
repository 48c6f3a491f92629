/** A small RouterOS switch: menus with rows, a bridge that keeps its VLAN table, PoE ports, a console over SSH exec. */
import type { RosArg, RosMenus, RosValue } from './ros-language.ts';
import { RosDict, RosError, RosId, runScript } from './ros-language.ts';
import type { Reply } from './server.ts';

export type RosRow = Record<string, RosValue> & { id: string };

export interface RouterOsOptions {
  readonly ports?: number;
  /** Ports that something is plugged into. */
  readonly devices?: readonly number[];
  readonly filtering?: boolean;
  /** Before 7.13 there is no `:serialize`. */
  readonly old?: boolean;
}

export type RosFault = 'hang' | 'drop' | 'drop-after' | 'half' | { readonly say: string } | 'no-exit';

export const portName = (port: number) => `ether${port}`;
export const UPLINK = 'sfp-sfpplus1';
export const UPLINK_ID = 0x40;

const PATHS = [
  '/interface ethernet poe',
  '/interface bridge port',
  '/interface bridge vlan',
  '/interface bridge',
  '/interface',
  '/system identity',
  '/system resource',
] as const;
type Path = (typeof PATHS)[number];

export class RouterOsSwitch {
  readonly menus: Record<Exclude<Path, `/system ${string}`>, RosRow[]>;
  readonly devices: Set<number>;
  fault: ((script: string) => RosFault | undefined) | undefined;
  /** Refuses what a command would do, in these words. */
  refuse: ((path: string, verb: string) => string | undefined) | undefined;
  upTime = '1w2d03:04:05';
  readonly #old: boolean;
  #next = 0x100;

  constructor({ ports = 8, devices = [1, 2, 3], filtering = true, old = false }: RouterOsOptions = {}) {
    const numbers = Array.from({ length: ports }, (_, at) => at + 1);
    this.#old = old;
    this.devices = new Set(devices);
    const ethernet = numbers.map((port): RosRow => ({ id: id(port), name: portName(port), type: 'ether' }));
    this.menus = {
      '/interface': [
        ...ethernet,
        { id: id(UPLINK_ID), name: UPLINK, type: 'ether' },
        { id: id(0x41), name: 'bridge1', type: 'bridge' },
        { id: id(0x42), name: 'management', type: 'vlan' },
      ],
      '/interface ethernet poe': numbers.map((port) => ({
        id: id(port),
        name: portName(port),
        'poe-out': 'auto-on',
        'poe-priority': 10,
      })),
      '/interface bridge': [
        {
          id: id(0x41),
          name: 'bridge1',
          'vlan-filtering': filtering,
          pvid: 1,
          'frame-types': 'admit-all',
          'ingress-filtering': true,
          disabled: false,
        },
      ],
      '/interface bridge port': [...numbers.map((port) => this.#bridgePort(portName(port))), this.#bridgePort(UPLINK)],
      '/interface bridge vlan': [],
    };
    // Somebody's idea of a comment: it looks like more rows, like the end, and like another command.
    this.menus['/interface bridge port'][0]!.comment = '";pvid=1;.id=*1\n[{"x":1}]\r\npirack-done';
  }

  #bridgePort(name: string): RosRow {
    return {
      id: this.#id(),
      interface: name,
      bridge: 'bridge1',
      pvid: 1,
      'frame-types': 'admit-all',
      'ingress-filtering': true,
      disabled: false,
      dynamic: false,
    };
  }

  #id(): string {
    this.#next += 1;
    return id(this.#next);
  }

  row(path: keyof RouterOsSwitch['menus'], key: string, value: RosValue): RosRow {
    const found = this.menus[path].find((row) => row[key] === value);
    if (!found) throw new Error(`no ${key}=${String(value)} in ${path}`);
    return found;
  }

  addVlan(row: Partial<RosRow> & { 'vlan-ids': RosValue }): RosRow {
    const made: RosRow = {
      bridge: 'bridge1',
      tagged: [],
      untagged: [],
      disabled: false,
      dynamic: false,
      ...row,
      id: this.#id(),
    };
    this.menus['/interface bridge vlan'].push(made);
    return made;
  }

  exec = (command: string, reply: Reply): void => {
    const fault = this.fault?.(command);
    if (fault === 'hang') return void reply.say('');
    if (fault === 'drop') return void reply.drop();
    if (typeof fault === 'object') {
      reply.say(fault.say);
      return void reply.end();
    }
    const lines: string[] = [];
    try {
      if (this.#old && command.includes(':serialize'))
        throw new RosError('bad command name serialize (line 1 column 2)');
      runScript(command, this.#menus(), (line) => lines.push(line));
    } catch (error) {
      if (!(error instanceof RosError)) throw error;
      lines.push(error.message);
    }
    if (fault === 'drop-after') return void reply.drop();
    const text = lines.map((line) => `${line}\r\n`).join('');
    if (fault !== 'half') {
      reply.say(text);
      return void reply.end(fault === 'no-exit' ? undefined : 0);
    }
    // The channel ends in the middle, and says that all is well.
    reply.say(text.slice(0, text.length / 2));
    reply.end(0);
  };

  #menus(): RosMenus {
    return { paths: PATHS, run: (path, verb, args, where) => this.#run(path as Path, verb, args, where) };
  }

  #run(path: Path, verb: string, args: readonly RosArg[], where: readonly RosArg[]): RosValue {
    const refusal = this.refuse?.(path, verb);
    if (refusal !== undefined) throw new RosError(refusal);
    if (path === '/system identity') return 'rack-sw2';
    if (path === '/system resource') return this.#resource(args[0]?.value);
    const rows = this.menus[path];
    const selected = () => select(rows, args.find(({ name }) => name === undefined)?.value);
    const named = args.filter(({ name }) => name !== undefined);
    switch (verb) {
      case 'find': {
        const found = this.#visible(path).filter((row) => where.every(({ name, value }) => row[name ?? ''] === value));
        return found.map((row) => new RosId(row.id));
      }
      case 'get':
        return this.#get(path, selected()[0] ?? fail('no such item'));
      case 'set':
        for (const row of selected()) this.#set(path, row, named);
        return undefined;
      case 'add': {
        const row: RosRow = { id: this.#id(), disabled: false, dynamic: false, tagged: [], untagged: [] };
        this.#set(path, row, named);
        rows.push(row);
        return new RosId(row.id);
      }
      case 'remove':
        for (const row of selected()) rows.splice(rows.indexOf(row), 1);
        return undefined;
      case 'monitor': {
        if (!named.some(({ name }) => name === 'once')) throw new Error('a monitor without end');
        const all = selected().map((row) => this.#monitor(row));
        return all.length === 1 ? all[0] : all;
      }
      default:
        return fail(`bad command name ${verb}`);
    }
  }

  #resource(property: RosValue): RosValue {
    if (property === 'uptime') return this.upTime;
    return property === 'version' ? '7.15.3 (stable)' : 'CRS328-24P-4S+';
  }

  /** Rows that somebody made, and those that follow from PVIDs. */
  #visible(path: Path): RosRow[] {
    return path === '/interface bridge vlan'
      ? [...this.menus[path], ...this.#implied()]
      : (this.menus[path as '/interface'] ?? []);
  }

  #implied(): RosRow[] {
    const pvids = new Set(this.menus['/interface bridge port'].map((row) => row.pvid as number));
    return [...pvids].map(
      (pvid): RosRow => ({
        id: id(0xf000 + pvid),
        bridge: 'bridge1',
        'vlan-ids': [pvid],
        tagged: [],
        untagged: [],
        dynamic: true,
        disabled: false,
      }),
    );
  }

  #get(path: Path, row: RosRow): RosDict {
    const dict = new RosDict();
    for (const [key, value] of Object.entries(row)) if (key !== 'id') dict.entries.set(key, value);
    if (path === '/interface') dict.entries.set('running', this.#running(row.name as string));
    if (path === '/interface bridge vlan') {
      const [vlan] = row['vlan-ids'] as number[];
      dict.entries.set('current-tagged', row.tagged);
      const untagged = row.dynamic === true ? this.#untaggedByPvid(vlan!) : row.untagged;
      dict.entries.set(
        'current-untagged',
        (untagged as string[]).filter((port) => this.#running(port)),
      );
    }
    return dict;
  }

  #untaggedByPvid(vlan: number): string[] {
    const ports = this.menus['/interface bridge port'].filter(
      (row) => row.pvid === vlan && row['frame-types'] !== 'admit-only-vlan-tagged',
    );
    return ports.map((row) => row.interface as string);
  }

  #running(name: string): boolean {
    const port = Number(/^ether(\d+)$/.exec(name)?.[1]);
    return Number.isNaN(port) || this.powers(port);
  }

  powers(port: number): boolean {
    const row = this.menus['/interface ethernet poe'].find((one) => one.id === id(port));
    return this.devices.has(port) && row?.['poe-out'] !== 'off';
  }

  #monitor(row: RosRow): RosDict {
    const port = Number.parseInt(row.id.slice(1), 16);
    const on = this.powers(port);
    const dict = new RosDict();
    const status = on ? 'powered-on' : row['poe-out'] === 'off' ? 'off' : 'waiting-for-load';
    for (const [key, value] of Object.entries({ name: row.name, 'poe-out': row['poe-out'], 'poe-out-status': status }))
      dict.entries.set(key, value);
    if (on) {
      dict.entries.set('poe-out-voltage', '53.1');
      dict.entries.set('poe-out-current', 91);
      dict.entries.set('poe-out-power', '4.8');
    }
    return dict;
  }

  #set(path: Path, row: RosRow, args: readonly RosArg[]): void {
    for (const { name, value } of args) {
      const allowed = CHOICES[name ?? ''];
      if (allowed && !allowed.includes(String(value))) fail(`input does not match any value of ${name}`);
      if (name === 'tagged' || name === 'untagged') row[name] = String(value) === '' ? [] : String(value).split(',');
      else if (name === 'vlan-ids') row[name] = [Number(value)];
      else if (name === 'ingress-filtering') row[name] = value === 'yes';
      else if (name === 'pvid' && !(Number(value) >= 1 && Number(value) <= 4094))
        fail('value of pvid out of range (1..4094)');
      else row[name ?? ''] = value;
    }
    if (path !== '/interface bridge vlan') return;
    const ids = row['vlan-ids'] as number[];
    const others = this.menus[path].filter((one) => one !== row);
    if (others.some((one) => [one['vlan-ids']].flat().some((vlan) => ids.includes(Number(vlan)))))
      fail('failure: vlan already added');
    const names = [...(row.tagged as string[]), ...(row.untagged as string[])];
    const known = this.menus['/interface bridge port'].map((one) => one.interface).concat('bridge1');
    const unknown = names.find((one) => !known.includes(one));
    if (unknown !== undefined) fail(`input does not match any value of interface`);
    if ((row.tagged as string[]).some((one) => (row.untagged as string[]).includes(one)))
      fail('failure: port cannot be tagged and untagged');
  }
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'poe-out': ['auto-on', 'forced-on', 'off'],
  'frame-types': ['admit-all', 'admit-only-vlan-tagged', 'admit-only-untagged-and-priority-tagged'],
  'ingress-filtering': ['yes', 'no'],
};

export function id(number: number): string {
  return `*${number.toString(16).toUpperCase()}`;
}

function select(rows: readonly RosRow[], selection: RosValue): RosRow[] {
  const list = Array.isArray(selection) ? selection : [selection];
  return list.flatMap((one) => {
    if (!(one instanceof RosId)) return fail('no such item');
    const found = rows.find((row) => row.id === one.text);
    if (found) return [found];
    // Rows that follow from others can be looked at.
    const vlan = Number.parseInt(one.text.slice(1), 16) - 0xf000;
    if (vlan >= 1 && vlan <= 4094) {
      return [
        {
          id: one.text,
          bridge: 'bridge1',
          'vlan-ids': [vlan],
          tagged: [],
          untagged: [],
          dynamic: true,
          disabled: false,
        } as RosRow,
      ];
    }
    return fail('no such item');
  });
}

function fail(words: string): never {
  throw new RosError(words);
}
