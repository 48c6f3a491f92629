/** The part of a Junos configuration that VLANs are made of, as it was written, and not as it works out. Pure. */
import type { VlanId } from '../../../rack/units.ts';
import { vlanId } from '../../../rack/units.ts';
import type { VlanRanges } from '../../vlans/ranges.ts';
import { rangesOf } from '../../vlans/ranges.ts';
import type { XmlElement } from './xml.ts';
import { all, child, textOf } from './xml.ts';

export interface JunosConfig {
  /** By name. */
  readonly vlans: ReadonlyMap<string, VlanId>;
  /** Ports with `family ethernet-switching` of their own, by name. What a group or an interface-range gives is not here. */
  readonly ports: ReadonlyMap<string, JunosPort>;
}

export interface JunosPort {
  readonly mode: 'access' | 'trunk';
  /** `vlan members` word for word: names, ids, ranges of ids, `all`. */
  readonly members: readonly string[];
  readonly native: VlanId | undefined;
}

export const ALL = 'all';

export function junosConfig(reply: XmlElement): JunosConfig {
  const [configuration] = all(reply, 'configuration');
  const section = (name: string) => active((configuration && child(configuration, name)?.children) ?? []);
  const vlans = new Map<string, VlanId>();
  for (const element of section('vlans')) {
    const [name, id] = [textOf(element, 'name'), idOf(textOf(element, 'vlan-id'))];
    if (element.name === 'vlan' && name !== undefined && id !== undefined) vlans.set(name, id);
  }
  const ports = new Map<string, JunosPort>();
  for (const element of section('interfaces')) {
    const name = textOf(element, 'name');
    const port = element.name === 'interface' ? portOf(element) : undefined;
    if (name !== undefined && port) ports.set(name, port);
  }
  return { vlans, ports };
}

function portOf(element: XmlElement): JunosPort | undefined {
  const unit = active(element.children).find((one) => one.name === 'unit' && textOf(one, 'name') === '0');
  const family = unit && active(unit.children).find(({ name }) => name === 'family');
  const switching = family && active(family.children).find(({ name }) => name === 'ethernet-switching');
  if (!switching) return undefined;
  const inside = active(switching.children);
  const vlan = inside.find(({ name }) => name === 'vlan');
  return {
    mode: inside.find(({ name }) => name === 'interface-mode')?.text === 'trunk' ? 'trunk' : 'access',
    members: active(vlan?.children ?? []).flatMap(({ name, text }) => (name === 'members' ? [text] : [])),
    native: idOf(active(element.children).find(({ name }) => name === 'native-vlan-id')?.text),
  };
}

/** A statement that was deactivated is there to be read, and does nothing. */
function active(elements: readonly XmlElement[]): XmlElement[] {
  return elements.filter(({ attributes }) => attributes.get('inactive') !== 'inactive');
}

function idOf(text: string | undefined): VlanId | undefined {
  const number = /^\d{1,4}$/.test(text ?? '') ? Number(text) : 0;
  return number >= 1 && number <= 4094 ? vlanId(number) : undefined;
}

/** The ids that a member stands for; none for a name that is no VLAN. */
export function idsOf(member: string, vlans: ReadonlyMap<string, VlanId>): VlanId[] {
  const named = vlans.get(member);
  if (named !== undefined) return [named];
  const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(member === ALL ? '1-4094' : member) ?? [];
  const [first, last] = [Number(from), Math.min(Number(to), 4094)];
  return from === undefined ? [] : Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => vlanId(first + at));
}

export function carried(port: JunosPort, vlans: ReadonlyMap<string, VlanId>): ReadonlySet<VlanId> {
  return new Set(port.members.flatMap((member) => idsOf(member, vlans)));
}

/** What a trunk carries as soon as it exists; an access port lists nothing. */
export function allows(port: JunosPort, vlans: ReadonlyMap<string, VlanId>): VlanRanges | undefined {
  return port.mode === 'trunk' ? rangesOf(carried(port, vlans)) : undefined;
}
