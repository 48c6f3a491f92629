/** What speaks for a port of an unknown switch to be a board's or an uplink, and how strongly. Pure. */
import { looksLikePiMac } from '../../pi/mac.ts';
import { parsePorts } from '../../rack/port-range.ts';
import type { VlanId } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { MappedPort } from '../port-map.ts';
import { faceplate } from '../ports/names.ts';
import type { PortPower } from '../power-state.ts';
import type { SwitchInterface } from './interfaces.ts';
import type { Neighbour } from './lldp.ts';
import type { Survey } from './survey.ts';

export type Sureness = 'sure' | 'likely' | 'unsure';

export interface PortEvidence {
  /** As the rack file may name it; undefined where no name of its format says which port is meant. */
  readonly name: string | undefined;
  readonly label: string;
  readonly ifIndex: number;
  readonly isAggregate: boolean;
  /** Undefined for a port that cannot carry PoE, or whose row is not proven. */
  readonly power: PortPower | undefined;
  readonly macs: readonly Mac[];
  readonly pis: readonly Mac[];
  readonly neighbour: Neighbour | undefined;
  /** Undefined where VLANs are not known. */
  readonly vlan: PortVlans | undefined;
  readonly verdict: PortVerdict;
}

export interface PortVlans {
  readonly untagged: readonly VlanId[];
  readonly tagged: number;
}

export interface PortVerdict {
  /** `maybe-slot`: it gets power, and what is there may be something else. `other`: neither, with something to say. */
  readonly role: 'uplink' | 'slot' | 'maybe-slot' | 'other' | 'nothing';
  readonly sure: Sureness;
  readonly why: readonly string[];
}

/** A board speaks with one MAC, or a few; this many are a network. */
const MANY_MACS = 8;
/** Besides its own: of a bridge or a virtual machine on it. */
const MORE_OF_ONE_BOARD = 2;

export function weighPorts(survey: Survey, controller: ReadonlySet<Mac>): readonly PortEvidence[] {
  const { tables } = survey;
  const rows = new Map(survey.power.map((row) => [row.row, row]));
  const mapped = new Map('refused' in survey.map ? [] : survey.map.ports.map((port) => [port.ifIndex, port]));
  const heard = new Map<number, Set<Mac>>();
  for (const { mac, ifIndex } of survey.located.macs) {
    heard.set(ifIndex, (heard.get(ifIndex) ?? new Set()).add(mac));
  }
  const vlansOf = portVlans(survey);
  const names = nameRules(survey);
  const isProven = !('refused' in survey.map);
  const members = new Set(tables.aggregateOf.keys());
  return [...tables.interfaces.values()]
    .filter(({ kind, ifIndex }) => kind === 'port' || (kind === 'aggregate' && heard.has(ifIndex)))
    .map((item): PortEvidence => {
      const port = mapped.get(item.ifIndex);
      const macs = [...(heard.get(item.ifIndex) ?? [])];
      const facts = {
        name: names(item, port),
        label: item.label,
        ifIndex: item.ifIndex,
        isAggregate: item.kind === 'aggregate',
        power: port && rows.get(port.row),
        macs,
        pis: macs.filter(looksLikePiMac),
        neighbour: survey.lldp.neighbours.find(({ ifIndex }) => ifIndex === item.ifIndex),
        vlan: vlansOf(item.ifIndex),
      };
      return { ...facts, verdict: judge(facts, { controller, isMember: members.has(item.ifIndex), isProven }) };
    });
}

/** Its label, or the number printed beside the socket: what a rack file can hold and the switch has once. */
function nameRules({ tables, map }: Survey) {
  return (item: SwitchInterface, port: MappedPort | undefined): string | undefined => {
    const number = item.kind === 'port' ? faceplate(item.label)?.number : undefined;
    const names = [item.label, ...(number === undefined ? [] : [String(number)])];
    return names.find((name) => {
      const found = tables.resolver.find(name);
      if (!isPortName(name) || 'reason' in found || found.ifIndex !== item.ifIndex) return false;
      return port === undefined || ('find' in map && map.find(name)?.row === port.row);
    });
  };
}

function isPortName(label: string): boolean {
  try {
    const names = parsePorts(label);
    return names.length === 1 && names[0] === label;
  } catch {
    return false;
  }
}

function portVlans({ vlans, tables }: Survey): (ifIndex: number) => PortVlans | undefined {
  if (vlans === undefined) return () => undefined;
  const { state, numbering } = vlans;
  const bridgePort = new Map([...tables.bridgePorts].map(([port, ifIndex]) => [ifIndex, port]));
  return (ifIndex) => {
    const port = numbering === 'ifIndex' ? ifIndex : bridgePort.get(ifIndex);
    if (port === undefined) return undefined;
    const has = (set: ReadonlySet<number>) => set.has(port);
    const egress = [...state.vlans].filter(([, members]) => has(members.egress));
    const untagged = egress.filter(([, members]) => has(members.untagged)).map(([vlan]) => vlan);
    return { untagged, tagged: egress.length - untagged.length };
  };
}

interface Context {
  readonly controller: ReadonlySet<Mac>;
  readonly isMember: boolean;
  /** Whether it is known which PoE row is which port. */
  readonly isProven: boolean;
}

function judge(port: Omit<PortEvidence, 'verdict'>, { controller, isMember, isProven }: Context): PortVerdict {
  const delivers = port.power?.detection === 'deliveringPower';
  const own = port.macs.some((mac) => controller.has(mac));
  if (own) return { role: 'uplink', sure: 'sure', why: ["the controller's own MAC is heard here"] };
  if (isMember) return { role: 'uplink', sure: 'likely', why: ['it is a member of an aggregate'] };
  const trunk = uplinkReasons(port);
  if (trunk.length > 0) {
    if (delivers)
      return { role: 'other', sure: 'unsure', why: [...trunk, 'and it gets power from here: perhaps an access point'] };
    return { role: 'uplink', sure: sureOf(trunk, port), why: trunk };
  }
  if (port.isAggregate) return { role: 'uplink', sure: 'unsure', why: ['an aggregate on which something is heard'] };
  return judgeBoard(port, delivers, isProven);
}

/** Many MACs alone may be a desk switch, or a server with its guests. */
function sureOf(reasons: readonly string[], { macs }: Omit<PortEvidence, 'verdict'>): Sureness {
  if (reasons.length > 1) return 'sure';
  return macs.length >= MANY_MACS ? 'unsure' : 'likely';
}

function uplinkReasons({ neighbour, vlan, macs }: Omit<PortEvidence, 'verdict'>): string[] {
  const name = neighbour && (neighbour.sysName || neighbour.chassisId);
  return [
    ...(neighbour?.capabilities?.has('bridge') ? [`by LLDP a bridge is at the other end, ${name}`] : []),
    ...(vlan !== undefined && vlan.tagged > 1 ? [`it carries ${vlan.tagged} VLANs tagged`] : []),
    ...(macs.length >= MANY_MACS ? [`${macs.length} MACs are heard here`] : []),
  ];
}

function judgeBoard(port: Omit<PortEvidence, 'verdict'>, delivers: boolean, isProven: boolean): PortVerdict {
  const { macs, pis, power } = port;
  const watts = power?.watts === undefined ? '' : ` ${Math.round(power.watts * 10) / 10} W`;
  if (pis.length > 0 && power === undefined) {
    const heard = `hears a Raspberry Pi, ${pis[0]}`;
    return isProven
      ? { role: 'other', sure: 'unsure', why: [`${heard}, and cannot deliver power`] }
      : { role: 'slot', sure: 'unsure', why: [`${heard}; which PoE row it has is not proven`] };
  }
  const others = macs.length - pis.length;
  if (pis.length === 1 && others === 0) {
    return delivers
      ? { role: 'slot', sure: 'sure', why: [`delivers${watts} to a Raspberry Pi, ${pis[0]}`] }
      : {
          role: 'slot',
          sure: 'unsure',
          why: [`hears a Raspberry Pi, ${pis[0]}, and delivers nothing: it has power from elsewhere`],
        };
  }
  if (pis.length > 0) {
    const more = others === 0 ? '' : ` and ${others === 1 ? 'another MAC' : `${others} other MACs`}`;
    const alone = pis.length === 1 && others <= MORE_OF_ONE_BOARD;
    const what = alone ? '' : ': more than one device, so a switch or an access point is in between';
    return { role: alone ? 'slot' : 'maybe-slot', sure: 'unsure', why: [`hears ${pis.join(', ')}${more}${what}`] };
  }
  if (!delivers) return { role: 'nothing', sure: 'unsure', why: [] };
  if (macs.length === 0)
    return { role: 'slot', sure: 'likely', why: [`delivers${watts}, and nothing has been heard yet`] };
  return {
    role: 'maybe-slot',
    sure: 'unsure',
    why: [`delivers${watts} to ${macs[0]}, which is no Raspberry Pi that is known`],
  };
}
