/** Everything that a proposal for an unknown switch is made of. Nothing is written to it. */
import type { Clock } from '../../rack/clock.ts';
import type { SwitchDriver } from '../drivers/driver.ts';
import { SwitchError } from '../errors.ts';
import type { PoeSwitch } from '../poe.ts';
import type { PortMap } from '../port-map.ts';
import { createInterfaces } from '../ports/interfaces.ts';
import type { PortPower } from '../power-state.ts';
import { slowAccessTo } from '../slow-access.ts';
import type { MainPower, SwitchIdentity } from '../tables.ts';
import { vlansOf } from '../vlans/queued.ts';
import type { PortNumbering } from '../vlans/scope.ts';
import type { VlanState } from '../vlans/state.ts';
import { readFdb } from './fdb.ts';
import { type InterfaceTables, readInterfaceTables } from './interfaces.ts';
import { type Lldp, readLldp, witnesses } from './lldp.ts';
import { type Located, locate } from './locate.ts';

export interface Survey {
  readonly identity: SwitchIdentity;
  readonly driver: SwitchDriver | undefined;
  readonly map: PortMap | { readonly refused: readonly string[] };
  /** The PoE rows. */
  readonly power: readonly PortPower[];
  readonly main: MainPower;
  readonly tables: InterfaceTables;
  readonly located: Located;
  readonly lldp: Lldp;
  /** Undefined where the switch does not show them over SNMP. */
  readonly vlans: { readonly state: VlanState; readonly numbering: PortNumbering } | undefined;
  /** What could not be read, one sentence each: it is missing in the proposal. */
  readonly missing: readonly string[];
}

/** @throws the errors of this folder, where not even what the switch is can be read */
export async function surveySwitch(poe: PoeSwitch, clock: Clock): Promise<Survey> {
  const identity = await poe.identity();
  const missing: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      missing.push(`${what} could not be read: ${(error as Error).message}`);
      return otherwise;
    }
  };
  const access = slowAccessTo(poe, clock);
  const reading = await attempt('power', () => poe.poll(), undefined);
  const tables = await attempt('interfaces', () => readInterfaceTables(access), NO_TABLES);
  const lldp = await attempt('LLDP neighbours', () => readLldp(access, tables), { neighbours: [], rules: [] });
  const vlans = await attempt('VLANs', () => readVlans(poe), undefined);
  const fdb = await attempt(
    'which MAC is on which port',
    () => readFdb(access, perVlan(poe, vlans, access)),
    undefined,
  );
  const { map, driver } = poe.status();
  return {
    identity,
    driver,
    map: map ?? { refused: ['it was not read'] },
    power: reading?.ports ?? [],
    main: reading?.main ?? { capacity: undefined, consumption: undefined },
    tables,
    lldp,
    located: fdb ? locate(fdb, tables, witnesses(lldp)) : NOTHING_LOCATED,
    vlans,
    missing,
  };
}

const NO_TABLES: InterfaceTables = {
  interfaces: new Map(),
  bridgePorts: new Map(),
  aggregateOf: new Map(),
  resolver: createInterfaces({ poeRows: [], interfaces: new Map() }),
};
const NOTHING_LOCATED: Located = { macs: [], numbering: undefined, unresolved: 0, doubt: undefined };

async function readVlans(poe: PoeSwitch): Promise<Survey['vlans']> {
  try {
    const vlans = await vlansOf(poe);
    return { state: await vlans.read(), numbering: vlans.numbering };
  } catch (error) {
    // A family whose VLANs are not known lacks nothing that could be read another time.
    if (error instanceof SwitchError && error.code === 'no-vlans') return undefined;
    throw error;
  }
}

/** Cisco IOS shows the forwarding database of one VLAN at a time. */
function perVlan(poe: PoeSwitch, vlans: Survey['vlans'], access: ReturnType<typeof slowAccessTo>) {
  if (poe.status().driver?.vlans?.dialect !== 'cisco-ios' || vlans === undefined) return {};
  return { perVlan: { open: access.inVlan, vlans: [...vlans.state.vlans.keys()] } };
}
