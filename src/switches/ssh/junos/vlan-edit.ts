/**
 * Steps turned into set and delete lines: the configuration is taken to where the steps lead, and what differs at the end
 * is written. So many steps are one commit, and a step that an earlier one brought about costs nothing. Pure.
 */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError } from '../../errors.ts';
import type { VlanChange } from '../../vlans/guard.ts';
import type { BridgePort, VlanStep } from '../../vlans/state.ts';
import { SshUnsupported, UnsafeName } from '../errors.ts';
import type { Word } from '../words.ts';
import { junosMode, junosPort, junosVlan, line, vlanWord } from '../words.ts';
import type { JunosConfig, JunosPort } from './config.ts';
import { carried, idsOf } from './config.ts';

export interface VlanEdit {
  readonly lines: readonly string[];
  /** What the lines change, for the guard. */
  readonly changes: readonly VlanChange[];
  /** Steps that cannot be written; the others are in the lines. */
  readonly refused: readonly VlanRefusal[];
}

/** `names`: interface by bridge port. */
export function planEdit(
  config: JunosConfig,
  names: ReadonlyMap<BridgePort, string>,
  steps: readonly VlanStep[],
): VlanEdit {
  const vlans = new Map(config.vlans);
  const ports = new Map(config.ports);
  const touched = new Map<string, BridgePort>();
  const refused: VlanRefusal[] = [];
  for (const step of steps) {
    try {
      if (step.kind === 'create' || step.kind === 'destroy') {
        editVlans(vlans, step);
        continue;
      }
      const name = names.get(step.port);
      const port = name === undefined ? undefined : ports.get(name);
      if (name === undefined || !port) {
        const where = name ?? `the interface with SNMP index ${step.port}`;
        throw new SshUnsupported(
          `${where} has no switching configuration of its own: take it out of groups and ranges`,
        );
      }
      junosPort(name);
      const next = editPort(port, step, vlans);
      if (next === port) continue;
      ports.set(name, next);
      touched.set(name, step.port);
    } catch (error) {
      if (!(error instanceof SwitchError)) throw error;
      refused.push({ steps: [step], reason: error.message });
    }
  }
  const edits = [...touched].map(([name, number]) => ({
    name,
    number,
    was: config.ports.get(name)!,
    is: ports.get(name)!,
  }));
  return {
    lines: [
      ...[...vlans].filter(([name]) => !config.vlans.has(name)).map(([name, id]) => createLine(name, id)),
      ...edits.flatMap(({ name, was, is }) => portLines(junosPort(name), was, is)),
      ...[...config.vlans.keys()]
        .filter((name) => !vlans.has(name))
        .map((name) => line`delete vlans ${junosVlan(name)}`),
    ],
    changes: [
      ...[...vlans].flatMap(([name, vlan]): VlanChange[] => (config.vlans.has(name) ? [] : [{ kind: 'create', vlan }])),
      ...edits.flatMap(({ number, was, is }) => portChanges(number, summary(was, config.vlans), summary(is, vlans))),
      ...[...config.vlans].flatMap(([name, vlan]): VlanChange[] =>
        vlans.has(name) ? [] : [{ kind: 'destroy', vlan }],
      ),
    ],
    refused,
  };
}

type WholeStep = Extract<VlanStep, { readonly kind: 'create' | 'destroy' }>;
type PortStep = Exclude<VlanStep, WholeStep>;

function editVlans(vlans: Map<string, VlanId>, step: WholeStep): void {
  const names = [...vlans].filter(([, id]) => id === step.vlan).map(([name]) => name);
  if (step.kind === 'destroy') {
    for (const name of names) {
      junosVlan(name);
      vlans.delete(name);
    }
    return;
  }
  if (names.length > 0) return;
  const other = vlans.get(junosVlan(step.name));
  if (other !== undefined) throw new SshUnsupported(`the name ${step.name} belongs to VLAN ${other}`);
  vlans.set(step.name, step.vlan);
}

function editPort(port: JunosPort, step: PortStep, vlans: ReadonlyMap<string, VlanId>): JunosPort {
  const access = port.mode === 'access';
  switch (step.kind) {
    case 'mode':
      return editMode(port, step.mode, vlans);
    case 'join-tagged':
      if (access) throw new SshUnsupported('an access port carries no tagged VLAN');
      return { ...withMember(port, step.vlan, vlans), native: port.native === step.vlan ? undefined : port.native };
    case 'join-untagged':
      return access ? alone(port, step.vlan, vlans) : { ...withMember(port, step.vlan, vlans), native: step.vlan };
    case 'pvid':
      if (access) return alone(port, step.vlan, vlans);
      return port.native === step.vlan ? port : { ...port, native: step.vlan };
    case 'leave':
      return withoutMember(port, step.vlan, vlans);
    case 'frame-types': {
      const now = !access && port.native === undefined ? 'tagged-only' : 'all';
      if (step.frameTypes === now) return port;
      throw new SshUnsupported(`what an ${port.mode} port accepts follows from its mode and its native VLAN`);
    }
    case 'ingress-filtering':
      if (step.on) return port;
      throw new SshUnsupported('Junos always drops frames of VLANs that a port is not in');
    case 'access-vlan':
      throw new SshUnsupported('a Junos port has no access VLAN besides the one that it is in');
  }
}

/** What is untagged stays so; an access port in several VLANs is refused by the switch, so it keeps no other. */
function editMode(port: JunosPort, mode: string, vlans: ReadonlyMap<string, VlanId>): JunosPort {
  if (mode === port.mode) return port;
  const now = carried(port, vlans);
  if (mode === 'trunk') return { ...port, mode, native: now.size === 1 ? [...now][0] : undefined };
  if (mode !== 'access') throw new SshUnsupported(`Junos has no port mode ${mode}`);
  const kept = port.native !== undefined && now.has(port.native) ? [String(port.native)] : [];
  return { mode, members: kept, native: undefined };
}

function alone(port: JunosPort, vlan: VlanId, vlans: ReadonlyMap<string, VlanId>): JunosPort {
  const now = carried(port, vlans);
  return now.size === 1 && now.has(vlan) ? port : { ...port, members: [String(vlan)] };
}

function withMember(port: JunosPort, vlan: VlanId, vlans: ReadonlyMap<string, VlanId>): JunosPort {
  return carried(port, vlans).has(vlan) ? port : { ...port, members: [...port.members, String(vlan)] };
}

function withoutMember(port: JunosPort, vlan: VlanId, vlans: ReadonlyMap<string, VlanId>): JunosPort {
  const native = port.native === vlan ? undefined : port.native;
  const leaving = port.members.filter((member) => idsOf(member, vlans).includes(vlan));
  if (leaving.length === 0 && native === port.native) return port;
  const range = leaving.find((member) => idsOf(member, vlans).length > 1);
  if (range !== undefined)
    throw new SshUnsupported(`it carries VLAN ${vlan} by "members ${range}": list its VLANs one by one`);
  return { ...port, native, members: port.members.filter((member) => !leaving.includes(member)) };
}

function createLine(name: string, id: VlanId): string {
  return line`set vlans ${junosVlan(name)} vlan-id ${vlanWord(id)}`;
}

function portLines(port: Word, was: JunosPort, is: JunosPort): string[] {
  const family = line`interfaces ${port} unit 0 family ethernet-switching`;
  const added = is.members.filter((member) => !was.members.includes(member));
  const removed = was.members.filter((member) => !is.members.includes(member));
  return [
    ...removeLines(family, was.members, removed),
    ...(was.mode === is.mode ? [] : [line`set ${family} interface-mode ${junosMode(is.mode)}`]),
    ...added.map((member) => line`set ${family} vlan members ${vlanWord(Number(member))}`),
    ...(was.native === is.native || is.native !== undefined ? [] : [line`delete interfaces ${port} native-vlan-id`]),
    ...(was.native === is.native || is.native === undefined
      ? []
      : [line`set interfaces ${port} native-vlan-id ${vlanWord(is.native)}`]),
  ];
}

/** One by one, so that nothing goes that somebody added meanwhile; all at once where one has a name that is not sent. */
function removeLines(family: Word, was: readonly string[], removed: readonly string[]): string[] {
  try {
    return removed.map((member) => removeLine(family, member));
  } catch (error) {
    if (!(error instanceof UnsafeName) || removed.length < was.length) throw error;
    return [line`delete ${family} vlan members`];
  }
}

function removeLine(family: Word, member: string): string {
  const word = /^\d{1,4}$/.test(member) ? vlanWord(Number(member)) : junosVlan(member);
  return line`delete ${family} vlan members ${word}`;
}

interface Summary {
  readonly mode: 'access' | 'trunk';
  readonly egress: ReadonlySet<VlanId>;
  readonly pvid: VlanId | undefined;
}

function summary(port: JunosPort, vlans: ReadonlyMap<string, VlanId>): Summary {
  const egress = carried(port, vlans);
  return { mode: port.mode, egress, pvid: port.mode === 'trunk' ? port.native : [...egress][0] };
}

function portChanges(port: BridgePort, was: Summary, is: Summary): VlanChange[] {
  const changes: VlanChange[] = was.mode === is.mode ? [] : [{ kind: 'mode', port, mode: is.mode }];
  const untagged = (of: Summary, vlan: VlanId) => of.egress.has(vlan) && of.pvid === vlan;
  for (const vlan of new Set([...was.egress, ...is.egress])) {
    const on = is.egress.has(vlan);
    if (was.egress.has(vlan) !== on) changes.push({ kind: 'egress', vlan, port, on });
    if (untagged(was, vlan) !== untagged(is, vlan))
      changes.push({ kind: 'untagged', vlan, port, on: untagged(is, vlan) });
  }
  if (was.pvid !== is.pvid && is.pvid !== undefined) changes.push({ kind: 'pvid', port, vlan: is.pvid });
  return changes;
}
