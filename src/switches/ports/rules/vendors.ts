/** Rules of single vendors (research: snmp-poe §2). */
import { groupOf, normal, portOf, unitOf } from '../names.ts';
import type { PortRule } from './rule.ts';
import { rowByRow } from './rule.ts';

/** cpeExtPsePortEntPhyIndex names the port's entity, entAliasMappingIdentifier the entity's interface. */
export const CISCO_ENTITY: PortRule = {
  name: 'the switch names the entity of a PoE port, and its interface',
  apply: (tables) => {
    const { entities, entityInterfaces } = tables.vendor ?? {};
    if (!entities?.size) return { reason: 'the switch has no cpeExtPsePortEntPhyIndex' };
    if (!entityInterfaces?.size) return { reason: 'the switch has no entAliasMappingIdentifier' };
    return rowByRow(tables, (row) => {
      const entity = entities.get(row);
      if (entity === undefined || entity === 0) return 'it belongs to no entity';
      return entityInterfaces.get(entity) ?? `entity ${entity} is no interface`;
    });
  },
};

/** portIfIndex of CISCO-STACK-MIB goes by module and port, as PoE rows do by group and port. */
export const CISCO_STACK: PortRule = {
  name: 'the PoE row is a module and port of CISCO-STACK-MIB',
  apply: (tables) => {
    const { modulePorts } = tables.vendor ?? {};
    if (!modulePorts?.size) return { reason: 'the switch has no portIfIndex' };
    return rowByRow(tables, (row) => modulePorts.get(row) ?? 'CISCO-STACK-MIB has no such port');
  },
};

/** Groups and ports count from 1, what Junos prints from 0: row 1.1 is ge-0/0/0. */
export const JUNIPER_FPC: PortRule = {
  name: 'the PoE row is the FPC plus one and the port plus one',
  apply: (tables) =>
    rowByRow(tables, (row) => {
      const [fpc, port] = [Number(groupOf(row)) - 1, portOf(row) - 1];
      const named = new RegExp(`^[a-z]+-${fpc}/0/${port}$`);
      const found = [...tables.interfaces].filter(([, { name }]) => named.test(name));
      if (found.length === 1) return found[0]![0];
      return `${found.length} interfaces are port ${port} of FPC ${fpc}`;
    }),
};

/** The group is one more than three times the member, the port a bridge port of it. */
export const COMWARE_MEMBER: PortRule = {
  name: 'the PoE group is one more than three times the member, the port a bridge port',
  apply: (tables) => {
    const { bridgePorts = new Map<number, number>() } = tables;
    return rowByRow(tables, (row) => {
      const member = (Number(groupOf(row)) - 1) / 3;
      if (!Number.isInteger(member)) return `group ${groupOf(row)} is that of no member`;
      const ifIndex = bridgePorts.get(portOf(row));
      if (ifIndex === undefined) return `bridge port ${portOf(row)} does not exist`;
      const name = tables.interfaces.get(ifIndex)?.name ?? '';
      return unitOf(name) === member
        ? ifIndex
        : `bridge port ${portOf(row)} is "${name}", which is not of member ${member}`;
    });
  },
};

/** The interface is a thousand times the slot plus the port, and is called so: 1007 is 1/7. */
export const ALCATEL_SLOT: PortRule = {
  name: 'the PoE row is a slot and port, and the interface 1000 times the slot plus the port',
  apply: (tables) =>
    rowByRow(tables, (row) => {
      const [slot, port] = [Number(groupOf(row)), portOf(row)];
      const ifIndex = 1000 * slot + port;
      const name = tables.interfaces.get(ifIndex)?.name;
      if (name === undefined || normal(name) === `${slot}/${port}`) return ifIndex;
      return `interface ${ifIndex} is called "${name}", not ${slot}/${port}`;
    }),
};

/** One interface, for management; as many rows as there are sockets. */
export const MIDSPAN_SOCKETS: PortRule = {
  name: 'the sockets of a midspan',
  apply: ({ poeRows, interfaces }) => ({
    reason: `they are no interfaces: ${poeRows.length} rows, ${interfaces.size} interfaces, and no table says which row is which socket`,
  }),
};
