/** The rows of ifTable: ports, LAGs, and where the switch has them, an interface for each VLAN. */
import { macToBytes } from '../../wire/address.ts';
import type { SwitchParts } from './groups.ts';
import { localMac } from './local-mac.ts';
import type { InterfaceRow } from './objects/interfaces.ts';
import { IF_TYPE } from './objects/interfaces.ts';
import type { SwitchPort } from './ports.ts';
import type { Rows } from './table.ts';

const GIGABIT = 1_000;
/** Of a port without a number: nothing counts there. */
const NO_PORT = 0;

export function interfaceRows(parts: SwitchParts): Rows<InterfaceRow> {
  const { ports, bridge, options } = parts;
  const { vlanInterface } = options;
  return {
    version: () => ports.version + (vlanInterface ? bridge.version : 0),
    entries() {
      const rows = ports.all.map((port) => portRow(parts, port));
      if (vlanInterface) {
        for (const [vlan, { active }] of bridge.config.vlans)
          rows.push(vlanRow(parts, vlan, vlanInterface(vlan), active));
      }
      return rows.map((row) => [String(row.ifIndex), row] as const);
    },
  };
}

function portRow(parts: SwitchParts, port: SwitchPort): InterfaceRow {
  const { options, pse, links, traffic, settings } = parts;
  const { number, kind, ifIndex, ifName } = port;
  const mbps = {
    poe: () => pse.port(number).device?.linkMbps?.() ?? GIGABIT,
    uplink: () => options.beyond?.get(number)?.mbps ?? GIGABIT,
    lag: () => port.members.length * GIGABIT,
  };
  return {
    ifIndex,
    ifName,
    ifDescr: `port ${ifName}`,
    ifType: kind === 'lag' ? IF_TYPE.ieee8023adLag : IF_TYPE.ethernetCsmacd,
    mac: Buffer.from(macToBytes(localMac(`${options.name} ${number}`))),
    up: () => links.up(number),
    lastChange: () => links.lastChange(number),
    mbps: mbps[kind],
    traffic: () => traffic.of(number),
    alias: {
      get: () => settings.values.alias.get(number) ?? '',
      set: (text) => settings.write((values) => values.alias.set(number, text)),
    },
  };
}

function vlanRow({ address, traffic }: SwitchParts, vlan: number, ifIndex: number, active: boolean): InterfaceRow {
  return {
    ifIndex,
    ifName: `vlan${vlan}`,
    ifDescr: `VLAN ${vlan}`,
    ifType: IF_TYPE.propVirtual,
    mac: Buffer.from(macToBytes(address)),
    up: () => active,
    lastChange: () => 0,
    mbps: () => GIGABIT,
    traffic: () => traffic.of(NO_PORT),
    alias: undefined,
  };
}
