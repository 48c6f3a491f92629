/** A Junos configuration as set lines, with as much of its rules as switching and PoE have. */
export interface JunosCheck {
  readonly errors: readonly string[];
}

/** Statements that hold one value: to set it again is to replace it. */
const SINGLE = ['vlan-id', 'interface-mode', 'native-vlan-id', 'description'];

export class JunosStore {
  readonly lines: Set<string>;

  constructor(lines: Iterable<string> = []) {
    this.lines = new Set(lines);
  }

  copy(): JunosStore {
    return new JunosStore(this.lines);
  }

  same(other: JunosStore): boolean {
    return this.lines.size === other.lines.size && [...this.lines].every((line) => other.lines.has(line));
  }

  /** One line of `load set`; returns a warning, or throws what the parser says. */
  load(text: string): string | undefined {
    const words = text.trim().split(/\s+/);
    const path = words.slice(1).join(' ');
    if (!/^[A-Za-z0-9 ./:_-]+$/.test(path)) throw new Error(`syntax error: ${text}`);
    if (words[0] === 'set') return this.#set(path);
    if (words[0] === 'delete') return this.#delete(path);
    throw new Error(`unknown command: ${words[0]}`);
  }

  #set(path: string): undefined {
    if (!/^(?:poe|vlans|interfaces) /.test(path)) throw new Error(`syntax error: ${path}`);
    const words = path.split(' ');
    const name = words.at(-2);
    if (name !== undefined && SINGLE.includes(name)) this.#delete(words.slice(0, -1).join(' '));
    this.lines.add(path);
  }

  #delete(path: string): string | undefined {
    const gone = [...this.lines].filter((line) => line === path || line.startsWith(`${path} `));
    for (const line of gone) this.lines.delete(line);
    // The entry of a list stays when what was in it goes.
    const entry = /^(poe interface \S+) disable$/.exec(path)?.[1];
    if (entry !== undefined && gone.length > 0) this.lines.add(entry);
    return gone.length > 0 ? undefined : 'statement not found';
  }

  values(path: string): string[] {
    return [...this.lines].filter((line) => line.startsWith(`${path} `)).map((line) => line.slice(path.length + 1));
  }

  vlans(): Map<string, number> {
    const found = new Map<string, number>();
    for (const line of this.values('vlans')) {
      const parts = /^(\S+) vlan-id (\d+)$/.exec(line);
      if (parts) found.set(parts[1]!, Number(parts[2]));
    }
    return found;
  }

  /** Ports with family ethernet-switching. */
  ports(): string[] {
    const names = this.values('interfaces').filter((line) => line.includes(' unit 0 family ethernet-switching'));
    return [...new Set(names.map((line) => line.split(' ')[0]!))];
  }

  port(name: string): { mode: 'access' | 'trunk'; members: string[]; native: number | undefined } {
    const family = `interfaces ${name} unit 0 family ethernet-switching`;
    const native = this.values(`interfaces ${name} native-vlan-id`)[0];
    return {
      mode: this.values(`${family} interface-mode`)[0] === 'trunk' ? 'trunk' : 'access',
      members: this.values(`${family} vlan members`),
      native: native === undefined ? undefined : Number(native),
    };
  }

  /** Ids that the port is in; `all` and ranges count for VLANs that exist. */
  carried(name: string): number[] {
    const vlans = this.vlans();
    const ids = [...vlans.values(), 1];
    return this.port(name).members.flatMap((member) => {
      if (member === 'all') return ids;
      const range = /^(\d+)-(\d+)$/.exec(member);
      if (range) return ids.filter((id) => id >= Number(range[1]) && id <= Number(range[2]));
      const id = vlans.get(member) ?? Number(member);
      return ids.includes(id) ? [id] : [];
    });
  }

  /** As `commit` checks; undefined: fine. */
  check(): string | undefined {
    const vlans = this.vlans();
    if (new Set(vlans.values()).size !== vlans.size) return 'duplicate vlan-id';
    for (const name of this.ports()) {
      const { mode, members } = this.port(name);
      if (mode === 'access' && members.length > 1) return `access interface <${name}.0> cannot be in several vlans`;
      const unknown = members.find(
        (member) =>
          !/^(?:all|\d+-\d+)$/.test(member) && !vlans.has(member) && ![...vlans.values(), 1].includes(Number(member)),
      );
      if (unknown !== undefined) return `vlan <${unknown}> not found`;
    }
    return undefined;
  }

  poeEnabled(name: string): boolean {
    const mentioned = ['all', name].some((one) =>
      [...this.lines].some((line) => line === `poe interface ${one}` || line.startsWith(`poe interface ${one} `)),
    );
    return mentioned && !this.lines.has(`poe interface ${name} disable`);
  }
}
