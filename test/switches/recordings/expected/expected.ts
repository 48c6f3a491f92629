/**
 * What the recording of a real switch says, read off it by hand and with the vendor's MIB beside it: never with the code
 * under test. Figures, port names and object identifiers only; addresses are counted.
 */
export interface Expected {
  /** File name without `.snmprec`. */
  readonly recording: string;
  readonly model: string;
  readonly sysObjectId: string | undefined;
  /** The driver that has to recognise it: `unknown` where the recording gives nothing to know it by. */
  readonly driver: string;
  /** What that driver writes with. */
  readonly writes: 'snmp' | 'ssh' | 'nothing';
  /** Whether dot1dBaseBridgeAddress is there, and how many chassis of ENTITY-MIB have a serial number. */
  readonly chassis: { readonly bridgeAddress: boolean; readonly serials: number };
  readonly power: PowerFacts | NotRecorded;
  /** Sums over all groups, in watts. */
  readonly supply: SupplyFacts | NotRecorded;
  readonly ports: PortFacts | { readonly refused: string };
  readonly vlans: VlanFacts | NotRecorded;
  readonly fdb: FdbFacts | { readonly table: FdbTable; readonly rows: number; readonly unusable: string } | NotRecorded;
  readonly lldp: LldpFacts | NotRecorded;
}

/** What the recording lacks, and what is known about it. */
export interface NotRecorded {
  readonly notRecorded: string;
}

/** Names or row indices in short, see `namesOf`. */
export type Names = string;

export interface PowerFacts {
  /** A column that has one instance for every PoE row. */
  readonly column: string;
  readonly rows: Names;
  /** `neither`: a value that means neither on nor off. */
  readonly admin: { readonly on: Names; readonly off: Names; readonly neither: Names } | NotRecorded;
  /** By the name that the MIB gives to the value. */
  readonly detection: Readonly<Record<string, Names>> | NotRecorded;
  /** Rows that deliver power, where another column than the detection says so. */
  readonly delivering?: Names;
  /** Of rows that deliver power. */
  readonly classes?: Readonly<Record<string, string>>;
  readonly watts: WattsFacts | NotRecorded;
  /** Watts by rows. */
  readonly limits?: Readonly<Record<Names, number>>;
  /** By the name that the MIB gives to the value. */
  readonly priorities?: Readonly<Record<string, Names>>;
}

export interface WattsFacts {
  readonly column: string;
  /** `allocated`: what was granted, not what is drawn. */
  readonly kind: 'measured' | 'allocated';
  readonly zero: Names;
  readonly of: Readonly<Record<string, number>>;
  readonly sum: number;
}

export interface SupplyFacts {
  readonly capacity?: number;
  readonly consumption?: number;
  /** What was granted, where a table beside RFC 3621 tells it. */
  readonly allocated?: number;
}

export interface PortFacts {
  /**
   * `recorded`: the PoE rows are in the recording. `vendor`: only in a table beside the one that switches them; the test
   * adds that one with the same rows, which is an invention and called so.
   */
  readonly rows: 'recorded' | 'vendor';
  readonly runs: readonly PortRun[];
  /** Bridge port of the first of the names; the others follow. Ports that are not named have none. */
  readonly bridgePorts?: Readonly<Record<Names, number>>;
}

/** `count` ports from here on: row, number in the name and ifIndex all go up by one. */
export interface PortRun {
  readonly row: string;
  readonly name: string;
  readonly ifIndex: number;
  readonly count: number;
}

export interface VlanFacts {
  /** VLANs of dot1qVlanStaticTable, in short. */
  readonly names: string;
  readonly lists: VlanLists | NotRecorded;
  /** Ports by PVID. `#7`: an interface without a name. */
  readonly pvids:
    | { readonly index: 'bridgePort' | 'ifIndex'; readonly of: Readonly<Record<number, Names>> }
    | NotRecorded;
  /** Ports whose dot1qPortAcceptableFrameTypes is admitOnlyVlanTagged. */
  readonly taggedOnly?: Names;
  readonly ingressFiltering?: Names;
  readonly maxVlans?: number;
  readonly maxVlanId?: number;
  readonly quirk?: string;
}

export interface VlanLists {
  readonly table: 'static' | 'current' | 'vendor';
  /** Of a vendor's table: its entry or its first column. */
  readonly column?: string;
  /** Width of a PortList on the wire. */
  readonly octets?: number;
  /** All VLANs, or the ones that were decoded by hand. */
  readonly members: Readonly<Record<number, { readonly egress: Names; readonly untagged: Names }>>;
}

export type FdbTable = 'q-bridge' | 'bridge';

export interface FdbFacts {
  readonly table: FdbTable;
  /** What the values of the port column count: RFC 4188 says dot1dBasePort. */
  readonly index: 'bridgePort' | 'ifIndex' | 'faceplate';
  readonly rows: number;
  /** Rows with port 0, or a negative one. */
  readonly portZero: number;
  /** Rows whose status is another than learned(3). */
  readonly notLearned: number;
  /** Learned rows on aggregates and other interfaces that are no ethernetCsmacd. */
  readonly notPhysical: number;
  /** Different addresses on physical ports. */
  readonly macs: number;
  /** How many addresses each of these physical ports has. */
  readonly perPort: Readonly<Record<Names, number>>;
}

export interface LldpFacts {
  readonly neighbours: number;
  /** What lldpRemLocalPortNum counts; `localPortId`: neither, the name is in lldpLocPortId. */
  readonly index: 'ifIndex' | 'bridgePort' | 'localPortId';
  readonly ports: Names;
}
