/** The ports of a switch and the numberings that its tables know them by, any two of which may differ (research: snmp-poe §2). */

/** `port` is the switch's own number: PoE ports from 1, then the uplinks. */
export interface Numbering {
  readonly ifIndex: (port: number) => number;
  readonly ifName: (port: number) => string;
  /** Index of the row in pethPsePortTable, `<group>.<port>`. */
  readonly poeIndex: (port: number, ifIndex: number) => string;
  /** dot1dBasePort. */
  readonly bridgePort: (port: number, ifIndex: number) => number;
  /** What indexes dot1qPortVlanTable: the bridge port, unless the switch takes the ifIndex for it. */
  readonly pvidIndex: (bridgePort: number, ifIndex: number) => number;
  /** Bit of a PortList, 0 being the most significant one of the first octet. */
  readonly portListBit: (bridgePort: number) => number;
  /** lldpLocPortNum. */
  readonly lldpPort: (port: number, ifIndex: number) => number;
}

/** A link aggregation group: its members are no bridge ports of their own, it is. */
export interface LagOptions {
  readonly ifName: string;
  readonly ifIndex: number;
  readonly bridgePort: number;
  /** Uplinks, by the switch's own numbers. */
  readonly members: readonly number[];
}

export interface SwitchPort {
  readonly number: number;
  readonly kind: 'poe' | 'uplink' | 'lag';
  readonly ifName: string;
  readonly poeIndex: string;
  readonly lldpPort: number;
  /** May be another after a restart. */
  readonly ifIndex: number;
  /** Undefined for a member of a LAG. */
  readonly bridge: { readonly port: number; readonly pvidIndex: number; readonly bit: number } | undefined;
  /** Of a LAG. */
  readonly members: readonly number[];
}

export interface Ports {
  /** One higher when a number has changed. */
  readonly version: number;
  readonly all: readonly SwitchPort[];
  readonly poe: readonly SwitchPort[];
  /** All but LAGs. */
  readonly physical: readonly SwitchPort[];
  /** Those that are bridge ports. */
  readonly bridged: readonly SwitchPort[];
  readonly uplinks: ReadonlySet<number>;
  port(number: number): SwitchPort;
  byBit(bit: number): SwitchPort | undefined;
  /** Interfaces other than LAGs get other numbers: `change` is given those that they have, in the order of the ports. */
  renumber(change: (ifIndexes: readonly number[]) => readonly number[]): void;
}

export const NUMBERING: Numbering = Object.freeze({
  ifIndex: (port: number) => port,
  ifName: (port: number) => `ge${port}`,
  poeIndex: (port: number) => `1.${port}`,
  bridgePort: (port: number) => port,
  pvidIndex: (bridgePort: number) => bridgePort,
  portListBit: (bridgePort: number) => bridgePort - 1,
  lldpPort: (port: number) => port,
});

/** What becomes of the numbers of interfaces when a switch restarts. */
export type Renumbering = 'same' | 'shifted' | 'shuffled';

export const RENUMBERINGS: Readonly<
  Record<Renumbering, (ifIndexes: readonly number[], random: () => number) => readonly number[]>
> = Object.freeze({
  same: (ifIndexes) => ifIndexes,
  shifted: (ifIndexes) => ifIndexes.map((ifIndex) => ifIndex + 512),
  shuffled: (ifIndexes, random) =>
    ifIndexes
      .map((ifIndex) => ({ ifIndex, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ ifIndex }) => ifIndex),
});

export interface PortsOptions {
  readonly poe: number;
  readonly uplinks: number;
  readonly lags: readonly LagOptions[];
  readonly numbering: Numbering;
}

export function createPorts(options: PortsOptions): Ports {
  const physical = Array.from({ length: options.poe + options.uplinks }, (_, place) => place + 1);
  const inLag = new Set(options.lags.flatMap(({ members }) => members));
  const uplinks = new Set(physical.slice(options.poe));
  for (const member of inLag) {
    if (!uplinks.has(member)) throw new RangeError(`port ${member} of a LAG is not an uplink of this switch`);
  }
  for (const [place, { members }] of options.lags.entries()) {
    if (members.length > 0) uplinks.add(physical.length + place + 1);
  }
  let version = 0;
  let ifIndexes: readonly number[] = physical.map(options.numbering.ifIndex);
  let all: readonly SwitchPort[] = [];
  let bridged: readonly SwitchPort[] = [];
  let bits: ReadonlyMap<number, SwitchPort> = new Map();

  const number = () => {
    all = [...physical.map((port) => physicalPort(port)), ...options.lags.map(lag)];
    bridged = all.filter(({ bridge }) => bridge !== undefined);
    bits = new Map(bridged.map((port) => [port.bridge!.bit, port]));
    if (bits.size !== bridged.length) throw new RangeError('two bridge ports have the same bit of a PortList');
  };
  const physicalPort = (port: number): SwitchPort => {
    const { numbering } = options;
    const ifIndex = ifIndexes[port - 1]!;
    return {
      number: port,
      kind: port <= options.poe ? 'poe' : 'uplink',
      ifName: numbering.ifName(port),
      poeIndex: numbering.poeIndex(port, ifIndex),
      lldpPort: numbering.lldpPort(port, ifIndex),
      ifIndex,
      bridge: inLag.has(port) ? undefined : bridgeNumbers(numbering.bridgePort(port, ifIndex), ifIndex),
      members: [],
    };
  };
  const lag = ({ ifName, ifIndex, bridgePort, members }: LagOptions, place: number): SwitchPort => ({
    number: physical.length + place + 1,
    kind: 'lag',
    ifName,
    poeIndex: '',
    lldpPort: 0,
    ifIndex,
    bridge: bridgeNumbers(bridgePort, ifIndex),
    members,
  });
  const bridgeNumbers = (port: number, ifIndex: number) => ({
    port,
    pvidIndex: options.numbering.pvidIndex(port, ifIndex),
    bit: options.numbering.portListBit(port),
  });
  number();

  return {
    uplinks,
    get version() {
      return version;
    },
    get all() {
      return all;
    },
    get poe() {
      return all.slice(0, options.poe);
    },
    get physical() {
      return all.slice(0, physical.length);
    },
    get bridged() {
      return bridged;
    },
    port(wanted) {
      const found = all[wanted - 1];
      if (!found) throw new RangeError(`this switch has ports 1 to ${all.length}, not ${wanted}`);
      return found;
    },
    byBit: (bit) => bits.get(bit),
    renumber(change) {
      version += 1;
      ifIndexes = change(ifIndexes);
      number();
    },
  };
}
