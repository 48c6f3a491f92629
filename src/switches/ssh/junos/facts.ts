/** What Junos says of itself and its interfaces, from the XML of its show commands. */
import type { Millis } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import { ETHERNET_CSMACD } from '../../mib/interfaces.ts';
import type { Interface } from '../../port-map.ts';
import type { LinkStatus } from '../../power-state.ts';
import type { SwitchIdentity } from '../../tables.ts';
import { SshAnswerInvalid } from '../errors.ts';
import type { XmlElement } from './xml.ts';
import { all, child, textOf } from './xml.ts';

/** Every member of a stack has one; the first is the one that answers. */
export function upTime(reply: XmlElement): Millis | undefined {
  const booted = all(reply, 'system-booted-time')[0];
  const passed = booted && child(booted, 'time-length')?.attributes.get('seconds');
  return passed !== undefined && /^\d{1,12}$/.test(passed) ? seconds(Number(passed)) : undefined;
}

/** `sysObjectID` is SNMP's, and no command tells it. */
export function identity(information: XmlElement, booted: Millis | undefined): SwitchIdentity {
  const [system] = all(information, 'system-information');
  const of = (name: string) => (system && textOf(system, name)) ?? '';
  const model = of('hardware-model');
  const software = [of('os-name'), of('os-version')].filter(Boolean).join(' ');
  return {
    sysObjectID: '',
    sysDescr: ['Juniper Networks', model, software].filter(Boolean).join(', '),
    sysName: of('host-name'),
    upTime: booted,
  };
}

/** ifType: what cannot have a PoE port is told apart from what can. */
const AGGREGATE = 161;
const VIRTUAL = 53;
const PHYSICAL = /^(?:fe|ge|mge|xe|et)-\d+\/\d+\/\d+$/;

/** By ifIndex, with the names of the faceplate. */
export function interfaces(reply: XmlElement): ReadonlyMap<number, Interface> {
  const found = new Map<number, Interface>();
  for (const element of all(reply, 'physical-interface')) {
    const name = textOf(element, 'name');
    const index = Number(textOf(element, 'snmp-index'));
    if (name === undefined || !Number.isInteger(index) || index <= 0) continue;
    if (found.has(index)) throw new SshAnswerInvalid('show interfaces', `two interfaces have the SNMP index ${index}`);
    found.set(index, { name, type: typeOf(name) });
  }
  if (found.size === 0) throw new SshAnswerInvalid('show interfaces', 'no interface has an SNMP index');
  return found;
}

function typeOf(name: string): number {
  if (PHYSICAL.test(name)) return ETHERNET_CSMACD;
  return /^ae\d+$/.test(name) ? AGGREGATE : VIRTUAL;
}

/** By name. */
export function links(reply: XmlElement): ReadonlyMap<string, LinkStatus> {
  const found = new Map<string, LinkStatus>();
  for (const element of all(reply, 'physical-interface')) {
    const name = textOf(element, 'name');
    const status = textOf(element, 'oper-status');
    if (name !== undefined) found.set(name, status === 'up' || status === 'down' ? status : 'unknown');
  }
  return found;
}
