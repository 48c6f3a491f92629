/**
 * What is known of one family of switches, as data: which objects hold its power and its VLANs, in which units, under
 * which index, and what it does differently. Only what data cannot say is a function. Sources: the vendors' MIBs and
 * recordings of real switches (research: snmp-poe §1 to §3); what was checked where is in docs/switches.md.
 */
import type { BudgetBy } from '../../rack/plan.ts';
import type { Millis } from '../../rack/units.ts';
import type { Oid } from '../snmp/oid.ts';

export interface SwitchDriver {
  /** Lower-case letters, digits and hyphens: what the rack file calls it. */
  readonly name: string;
  /** For people: `Cisco IOS and IOS-XE`. */
  readonly title: string;
  /** How a switch of this family is told from all others. The most specific driver wins. */
  readonly recognise: Recognition;
  /** How it is written. `snmp` also reads; `ssh` is read over SNMP where it answers, and written over SSH. */
  readonly writes: 'snmp' | SshDialectName | ReadOnly;
  /** Longest that a write of power takes, its reading back with it; undefined: a minute. */
  readonly writeDeadline?: Millis;
  /** Undefined: the family has no per-port PoE objects that are known. */
  readonly power: PowerDialect | undefined;
  /**
   * The rules that hold for the family's port numbering, in the order of trust: no other is tried. Where two of them hold
   * they have to agree. None: the general ones, which are checked harder.
   */
  readonly portRules: readonly PortRuleName[];
  /** Undefined: its VLANs are not written over SNMP. */
  readonly vlans: VlanDialectSpec | undefined;
  readonly save: SaveConfig | undefined;
  /** Link features of an access port that can be set over SNMP. */
  readonly edge: EdgeSpec | undefined;
  /** VLAN ids that the family keeps for itself. */
  readonly reservedVlans: readonly number[];
  /** One sentence each, for `pirack switch list` and docs/switches.md. */
  readonly quirks: readonly string[];
}

export interface ReadOnly {
  readonly readOnly: string;
}

export type SshDialectName = 'ssh-junos' | 'ssh-routeros' | 'ssh-unifi';

export interface Recognition {
  /** Roots: the switch's sysObjectID is one of them or lies below. */
  readonly sysObjectIds: readonly Oid[];
  /** Where the root is shared with other families, sysDescr decides. */
  readonly sysDescr?: RegExp;
}

/** An amount in a column: `value * unit` watts, so 0.001 for milliwatts. */
export interface WattsColumn {
  readonly column: Oid;
  readonly unit: number;
}

export interface PowerDialect {
  /** The column that switches a port; its instances are the PoE rows, and their indices the rows' names. */
  readonly admin: AdminColumn;
  /** Undefined: the switch does not tell what became of a port, and `watts` and the link have to do. */
  readonly detection: EnumColumn<DetectionName> | undefined;
  readonly powerClass: EnumColumn<string> | undefined;
  /** Counter32 columns. */
  readonly counters: Readonly<Partial<Record<'mpsAbsent' | 'invalidSignature' | 'denied' | 'overload' | 'short', Oid>>>;
  /** What the port delivers. `allocated`: not a measurement, what its class was granted. */
  readonly watts: (WattsColumn & { readonly kind: BudgetBy }) | undefined;
  /** Most that a port may draw. `type`: what it is written as, where that is not Integer32. */
  readonly limit: (WattsColumn & { readonly writable: boolean; readonly type?: 'Gauge32' }) | undefined;
  readonly priority: EnumColumn<'critical' | 'high' | 'low'> | undefined;
  /** The supply: one row per group, or one scalar. */
  readonly main: { readonly capacity?: WattsColumn; readonly consumption?: WattsColumn };
  /** What counts against the supply. */
  readonly budgetBy: BudgetBy;
  /** One SET that takes power away for so many seconds and gives it back. */
  readonly cycle: { readonly column: Oid; readonly minSeconds: number; readonly maxSeconds: number } | undefined;
  /** Most rows in one SET; 1 for agents that take one at a time. */
  readonly rowsPerSet: number;
}

export interface AdminColumn {
  readonly column: Oid;
  readonly type: 'Integer32' | 'Gauge32';
  /** What is written. `as-before`: the value that the port had when it was last on, else `on`. */
  readonly on: number;
  readonly restore?: 'as-before';
  readonly off: number;
  /** Every value that means on; any other that is not `off` is neither. */
  readonly readsOn: readonly number[];
}

export type DetectionName = 'disabled' | 'searching' | 'deliveringPower' | 'fault' | 'test' | 'otherFault' | 'denied';

export interface EnumColumn<Name extends string> {
  readonly column: Oid;
  readonly values: Readonly<Record<number, Name>>;
}

/** Resolvers of src/switches/ports/, by name. */
export type PortRuleName =
  | 'cisco-entity'
  | 'cisco-stack'
  | 'juniper-fpc'
  | 'comware-member'
  | 'alcatel-slot'
  /** Its sockets are no interfaces: no map is ever proven. */
  | 'midspan'
  | 'ifindex'
  | 'bridge-port'
  | 'ordinal';

/** How VLANs are written; each is a dialect of src/switches/vlans/dialects/. */
export type VlanDialectSpec =
  /** dot1qVlanStaticTable and dot1qPortVlanTable (RFC 4363). */
  | {
      readonly dialect: 'q-bridge';
      /** What indexes dot1qPvid. */
      readonly pvidIndex: 'bridgePort' | 'ifIndex';
      /** The agent ignores an untagged bitmap beside the egress one: two PDUs, egress first. */
      readonly egressFirst: boolean;
      /** Whether a VLAN can be created over SNMP. */
      readonly creates: boolean;
    }
  /** FASTPATH 12 and its relatives: agentSwitchportConfigTable below `root`. */
  | { readonly dialect: 'fastpath-switchport'; readonly root: Oid }
  /** vmVlan, vlanTrunkPort and vtpVlanEdit. */
  | { readonly dialect: 'cisco-ios' }
  /** vlanPortModeState and vlanAccessPortModeVlanId below `root` (…101 for Cisco, 89 for Radlan, 3955.89 for Linksys). */
  | { readonly dialect: 'radlan'; readonly root: Oid }
  /** IEEE8021-Q-BRIDGE-MIB, with a component id before every index. */
  | { readonly dialect: 'ieee8021-q-bridge' }
  /** hh3cifVLANType and lists with reversed bits. */
  | { readonly dialect: 'comware' }
  /** snVLanByPortMember rows. */
  | { readonly dialect: 'foundry' };

/** How the running configuration becomes the saved one. Undefined in a driver: it saves by itself. */
export interface SaveConfig {
  /** Sent one PDU after the other. */
  readonly sets: readonly (readonly SaveVarbind[])[];
  /** For people, where SNMP cannot save. */
  readonly command?: string;
}

export interface SaveVarbind {
  readonly oid: Oid;
  readonly type: 'Integer32' | 'OctetString' | 'ObjectIdentifier';
  readonly value: number | string;
}

/** What makes a port fit for a board, beside its VLAN. */
export type EdgeFeature =
  /** Forwards as soon as the link is up: a boot ROM gives up before spanning tree has listened and learned. */
  | 'portfast'
  /** Sends no spanning tree frames to the board, or shuts the port when the board sends some. */
  | 'bpdu'
  /** Sends no LLDP frames to the board; those that the board sends are still read. */
  | 'lldp'
  /** A limit on broadcast that one board may send. */
  | 'storm-control'
  /** Energy-efficient Ethernet off. */
  | 'eee';

export interface EdgeSpec {
  /** Integer columns by ifIndex or bridge port, and the value that gives an access port the feature. */
  readonly sets: readonly {
    readonly what: EdgeFeature;
    readonly column: Oid;
    readonly index: 'ifIndex' | 'bridgePort';
    readonly value: number;
  }[];
}
