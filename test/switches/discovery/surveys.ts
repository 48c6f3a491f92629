/** Surveys by hand: a switch of `gi` ports with PoE rows, of which each may be told to be something. */
import { vlanId, watts } from '../../../src/rack/units.ts';
import type { Neighbour } from '../../../src/switches/discovery/lldp.ts';
import type { LocatedMac } from '../../../src/switches/discovery/locate.ts';
import type { Survey } from '../../../src/switches/discovery/survey.ts';
import type { PortMap } from '../../../src/switches/port-map.ts';
import { resolvePorts } from '../../../src/switches/port-map.ts';
import type { PortPower } from '../../../src/switches/power-state.ts';
import type { BridgePort, VlanState } from '../../../src/switches/vlans/state.ts';
import type { Mac } from '../../../src/wire/address.ts';
import { type InterfaceGiven, tables } from './rows.ts';

export const pi = (last: number) => `b8:27:eb:00:00:${last.toString(16).padStart(2, '0')}` as Mac;
export const other = (last: number) => `00:11:22:33:44:${last.toString(16).padStart(2, '0')}` as Mac;
export const CONTROLLER = '02:00:00:00:00:01' as Mac;

export interface PortGiven {
  readonly macs?: readonly Mac[];
  readonly delivers?: number | true;
  readonly bridge?: string;
}

export interface SurveyGiven {
  /** By port number; ports from 1 have PoE. */
  readonly ports?: Readonly<Record<number, PortGiven>>;
  readonly poePorts?: number;
  /** Further ports, without PoE. */
  readonly others?: number;
  readonly label?: (port: number) => string;
  readonly aggregates?: Readonly<Record<number, InterfaceGiven>>;
  readonly aggregateOf?: Readonly<Record<number, number>>;
  readonly vlans?: VlanState;
  readonly change?: Partial<Survey>;
}

export function survey(given: SurveyGiven = {}): Survey {
  const { poePorts = 8, others = 2, label = (port) => `gi1/0/${port}`, ports = {} } = given;
  const numbers = Array.from({ length: poePorts + others }, (_, place) => place + 1);
  const known = tables(
    { ...Object.fromEntries(numbers.map((port) => [port, { name: label(port) }])), ...given.aggregates },
    Object.fromEntries(numbers.map((port) => [port, port])),
    given.aggregateOf,
  );
  const poeRows = numbers.slice(0, poePorts).map((port) => `1.${port}`);
  const each = Object.entries(ports).map(([port, is]) => [Number(port), is] as const);
  return {
    identity: { sysObjectID: '1.3.6.1.4.1.99999.1', sysDescr: 'A switch', sysName: 'desk', upTime: undefined },
    driver: undefined,
    map: mapOf(poeRows, numbers, label),
    power: poeRows.map((row) => powerOf(row, ports[Number(row.slice(2))])),
    main: { capacity: watts(370), consumption: watts(10) },
    tables: known,
    located: {
      macs: each.flatMap(([ifIndex, { macs = [] }]) =>
        macs.map((mac): LocatedMac => ({ mac, vlan: undefined, ifIndex })),
      ),
      numbering: 'bridge port',
      unresolved: 0,
      doubt: undefined,
    },
    lldp: {
      neighbours: each.flatMap(([ifIndex, { bridge }]) => (bridge === undefined ? [] : [neighbour(ifIndex, bridge)])),
      rules: [],
    },
    vlans: given.vlans && { state: given.vlans, numbering: 'bridgePort' },
    missing: [],
    ...given.change,
  };
}

function mapOf(poeRows: readonly string[], numbers: readonly number[], label: (port: number) => string): Survey['map'] {
  try {
    const interfaces = new Map(numbers.map((port) => [port, { type: 6, name: label(port) }]));
    return resolvePorts({ poeRows, interfaces } as unknown as Parameters<typeof resolvePorts>[0]) satisfies PortMap;
  } catch (error) {
    return { refused: [(error as Error).message] };
  }
}

function powerOf(row: string, given: PortGiven | undefined): PortPower {
  const delivers = given?.delivers;
  return {
    port: undefined,
    row,
    admin: true,
    detection: delivers === undefined ? 'searching' : 'deliveringPower',
    powerClass: undefined,
    denied: undefined,
    mpsAbsent: undefined,
    overload: undefined,
    short: undefined,
    invalidSignature: undefined,
    watts: typeof delivers === 'number' ? watts(delivers) : undefined,
    link: undefined,
  };
}

function neighbour(ifIndex: number, sysName: string): Neighbour {
  const capabilities = new Set(['bridge', 'router'] as const);
  return { ifIndex, localPort: ifIndex, sysName, chassisId: '', portId: '', portDesc: '', macs: [], capabilities };
}

/** `1: [untagged, tagged]` by VLAN, of bridge ports. */
export function vlanState(
  vlans: Readonly<Record<number, readonly [untagged: readonly number[], tagged: readonly number[]]>>,
  maxVlans?: number,
): VlanState {
  const set = (ports: readonly number[]) => new Set(ports as readonly BridgePort[]);
  return {
    vlans: new Map(
      Object.entries(vlans).map(([vlan, [untagged, tagged]]) => [
        vlanId(Number(vlan)),
        { name: `vlan ${vlan}`, egress: set([...untagged, ...tagged]), untagged: set(untagged) },
      ]),
    ),
    ports: new Map(),
    capacity: { maxVlanId: undefined, maxVlans },
  } as VlanState;
}
