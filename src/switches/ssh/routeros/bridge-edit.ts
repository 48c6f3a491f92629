/**
 * Steps turned into commands: rows and ports are taken to where the steps lead, and each that differs at the end becomes
 * one command. Pure.
 */
import type { VlanId } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { SwitchError } from '../../errors.ts';
import type { VlanChange } from '../../vlans/guard.ts';
import type { FrameTypes, VlanStep } from '../../vlans/state.ts';
import { SshUnsupported } from '../errors.ts';
import type { Word } from '../words.ts';
import { line, routerosId, routerosName, vlanWord, wordList } from '../words.ts';
import type { RosBridge, RosPort, RosVlanRow } from './bridge.ts';

export interface BridgeEdit {
  /** Each with the steps that it does. */
  readonly commands: readonly { readonly line: string; readonly steps: readonly VlanStep[] }[];
  /** What the commands change, for the guard. */
  readonly changes: readonly VlanChange[];
  /** Steps that cannot be written; the others are in the commands. */
  readonly refused: readonly VlanRefusal[];
}

interface Draft<T> {
  readonly was: T | undefined;
  is: T | undefined;
  readonly steps: VlanStep[];
}

export function planBridgeEdit(bridge: RosBridge, steps: readonly VlanStep[]): BridgeEdit {
  const names = new Map([...bridge.ports].map(([name, { number }]) => [number, name]));
  const rows = new Map<VlanId, Draft<RosVlanRow>>();
  const ports = new Map<string, Draft<RosPort>>();
  const refused: VlanRefusal[] = [];
  const commands: { line: string; steps: readonly VlanStep[] }[] = [];
  const changes: VlanChange[] = [];
  const refuse = (error: unknown, some: readonly VlanStep[]) => {
    if (!(error instanceof SwitchError)) throw error;
    refused.push({ steps: some, reason: error.message });
  };

  for (const step of steps) {
    try {
      if (step.kind === 'create' || step.kind === 'destroy') editVlan(rowDraft(bridge, rows, step.vlan), step);
      else {
        const name = names.get(step.port);
        if (name === undefined) throw new SshUnsupported(`interface ${step.port} is no port of ${bridge.name}`);
        if (step.kind === 'join-tagged' || step.kind === 'join-untagged' || step.kind === 'leave') {
          const row = rowDraft(bridge, rows, step.vlan);
          if (!editByPort(row, portDraft(bridge, ports, name), step, name)) editMember(row, step, name);
        } else editPort(portDraft(bridge, ports, name), step);
      }
    } catch (error) {
      refuse(error, [step]);
    }
  }
  const after = new Map(bridge.ports);
  for (const [name, draft] of ports) {
    try {
      const command = draft.is && draft.was ? portLine(draft.was, draft.is) : undefined;
      if (command === undefined) continue;
      commands.push({ line: command, steps: draft.steps });
      changes.push(...portChanges(draft.was!, draft.is!));
      after.set(name, draft.is!);
    } catch (error) {
      refuse(error, draft.steps);
    }
  }
  const written = new Map<VlanId, Draft<RosVlanRow>>();
  for (const [vlan, draft] of rows) {
    try {
      const command = rowLine(bridge, vlan, draft);
      if (command === undefined) continue;
      // Membership before the PVID, or what a port sends would go to a VLAN that it may not be answered in.
      commands.unshift({ line: command, steps: draft.steps });
      written.set(vlan, draft);
    } catch (error) {
      refuse(error, draft.steps);
    }
  }
  changes.push(...memberChanges(bridge, after, written));
  return { commands, changes, refused };
}

function rowDraft(bridge: RosBridge, drafts: Map<VlanId, Draft<RosVlanRow>>, vlan: VlanId): Draft<RosVlanRow> {
  const known = drafts.get(vlan);
  if (known) return known;
  const was = bridge.rows.find((row) => row.vlans.includes(vlan));
  const draft: Draft<RosVlanRow> = { was, is: was, steps: [] };
  drafts.set(vlan, draft);
  return draft;
}

function portDraft(bridge: RosBridge, drafts: Map<string, Draft<RosPort>>, name: string): Draft<RosPort> {
  const was = bridge.ports.get(name);
  const draft = drafts.get(name) ?? { was, is: was, steps: [] };
  drafts.set(name, draft);
  return draft;
}

function editVlan(draft: Draft<RosVlanRow>, step: Extract<VlanStep, { readonly kind: 'create' | 'destroy' }>): void {
  if (step.kind === 'destroy') {
    alone(draft.is, step.vlan);
    draft.is = undefined;
  } else {
    draft.is ??= emptyRow(step.vlan, step.name);
  }
  draft.steps.push(step);
}

function editMember(
  draft: Draft<RosVlanRow>,
  step: Extract<VlanStep, { readonly kind: 'join-tagged' | 'join-untagged' | 'leave' }>,
  port: string,
): void {
  const now = draft.is ?? emptyRow(step.vlan, `vlan${step.vlan}`);
  const without = (names: readonly string[]) => names.filter((name) => name !== port);
  const next = {
    ...now,
    tagged: step.kind === 'join-tagged' ? [...without(now.tagged), port] : without(now.tagged),
    untagged: step.kind === 'join-untagged' ? [...without(now.untagged), port] : without(now.untagged),
  };
  if (sameMembers(now, next)) return;
  alone(now, step.vlan);
  draft.is = next;
  draft.steps.push(step);
}

/** The VLAN of its PVID a port is in without a row, unless it drops what comes untagged. True: the step was that. */
function editByPort(
  row: Draft<RosVlanRow>,
  draft: Draft<RosPort>,
  step: Extract<VlanStep, { readonly kind: 'join-tagged' | 'join-untagged' | 'leave' }>,
  name: string,
): boolean {
  const now = draft.is!;
  const implies = now.frameTypes !== 'tagged-only';
  if (step.kind === 'join-untagged' && row.is === undefined && implies) {
    draft.is = { ...now, pvid: step.vlan };
  } else if (step.kind === 'leave' && now.pvid === step.vlan && implies && !lists(row.is, name)) {
    draft.is = { ...now, frameTypes: 'tagged-only' };
  } else return false;
  draft.steps.push(step);
  return true;
}

function lists(row: RosVlanRow | undefined, name: string): boolean {
  return row !== undefined && (row.tagged.includes(name) || row.untagged.includes(name));
}

/** @throws SshUnsupported where the row is about other VLANs too */
function alone(row: RosVlanRow | undefined, vlan: VlanId): void {
  if (!row || row.vlans.length === 1) return;
  throw new SshUnsupported(
    `VLAN ${vlan} shares a row of the VLAN table with ${row.vlans.length - 1} others: give it its own`,
  );
}

type PortStep = Exclude<VlanStep, { readonly kind: 'create' | 'destroy' | 'join-tagged' | 'join-untagged' | 'leave' }>;

function editPort(draft: Draft<RosPort>, step: PortStep): void {
  const now = draft.is!;
  switch (step.kind) {
    case 'pvid':
      draft.is = { ...now, pvid: step.vlan };
      break;
    case 'frame-types':
      draft.is = { ...now, frameTypes: step.frameTypes };
      break;
    case 'ingress-filtering':
      draft.is = { ...now, ingressFiltering: step.on };
      break;
    default:
      throw new SshUnsupported(`ports of RouterOS know no ${step.kind === 'mode' ? `mode ${step.mode}` : step.kind}`);
  }
  draft.steps.push(step);
}

function emptyRow(vlan: VlanId, comment: string): RosVlanRow {
  return { id: undefined, vlans: [vlan], tagged: [], untagged: [], comment };
}

function sameMembers(a: RosVlanRow, b: RosVlanRow): boolean {
  return a.tagged.join() === b.tagged.join() && a.untagged.join() === b.untagged.join();
}

function rowLine(bridge: RosBridge, vlan: VlanId, { was, is }: Draft<RosVlanRow>): string | undefined {
  if (is === undefined) return was && line`/interface bridge vlan remove ${routerosId(was.id ?? '')}`;
  const members = (names: readonly string[]) => wordList(names.map(routerosName));
  if (was === undefined) {
    const name = routerosName(bridge.name);
    const lists = line`tagged=${members(is.tagged)} untagged=${members(is.untagged)}`;
    return line`/interface bridge vlan add bridge="${name}" vlan-ids=${vlanWord(vlan)} ${lists} comment="${routerosName(is.comment)}"`;
  }
  const lists = [
    ...(was.tagged.join() === is.tagged.join() ? [] : [line` tagged=${members(is.tagged)}`]),
    ...(was.untagged.join() === is.untagged.join() ? [] : [line` untagged=${members(is.untagged)}`]),
  ];
  return lists.length === 0
    ? undefined
    : line`/interface bridge vlan set ${routerosId(was.id ?? '')}${lists.join('') as Word}`;
}

function portLine(was: RosPort, is: RosPort): string | undefined {
  const parts = [
    ...(was.pvid === is.pvid ? [] : [line` pvid=${vlanWord(is.pvid)}`]),
    ...(was.frameTypes === is.frameTypes || is.frameTypes === undefined ? [] : [FRAME_TYPES[is.frameTypes]]),
    ...(was.ingressFiltering === is.ingressFiltering ? [] : [is.ingressFiltering ? FILTER : NO_FILTER]),
  ];
  if (parts.length === 0) return undefined;
  if (was.id === undefined)
    throw new SshUnsupported('this port was put into the bridge by RouterOS itself, and is not written');
  return line`/interface bridge port set ${routerosId(was.id)}${parts.join('') as Word}`;
}

const FRAME_TYPES: Readonly<Record<FrameTypes, Word>> = Object.freeze({
  all: line` frame-types=admit-all`,
  'tagged-only': line` frame-types=admit-only-vlan-tagged`,
  'untagged-only': line` frame-types=admit-only-untagged-and-priority-tagged`,
});
const FILTER = line` ingress-filtering=yes`;
const NO_FILTER = line` ingress-filtering=no`;

function portChanges(was: RosPort, is: RosPort): VlanChange[] {
  const { number: port } = is;
  return [
    ...(was.pvid === is.pvid ? [] : [{ kind: 'pvid', port, vlan: is.pvid } as const]),
    ...(was.frameTypes === is.frameTypes || is.frameTypes === undefined
      ? []
      : [{ kind: 'frame-types', port, frameTypes: is.frameTypes } as const]),
    ...(was.ingressFiltering === is.ingressFiltering
      ? []
      : [{ kind: 'ingress-filtering', port, on: is.ingressFiltering === true } as const]),
  ];
}

/** Every membership that is not as it was, but for what a new PVID brings or takes: that is judged with the PVID. */
function memberChanges(
  bridge: RosBridge,
  after: ReadonlyMap<string, RosPort>,
  written: ReadonlyMap<VlanId, Draft<RosVlanRow>>,
): VlanChange[] {
  const rowsAfter = [
    ...bridge.rows.filter((row) => ![...written.values()].some(({ was }) => was === row)),
    ...[...written.values()].flatMap(({ is }) => is ?? []),
  ];
  const pvids = [...bridge.ports].map(([, { pvid }]) => pvid);
  const vlans = new Set([...written.keys(), ...pvids]);
  const changes: VlanChange[] = [...written].flatMap(([vlan, { was, is }]): VlanChange[] => {
    if (is === undefined) return [{ kind: 'destroy', vlan }];
    // One that a PVID brings with it is there already, without a row.
    const there = [...bridge.ports].some(([name, port]) => memberOf(bridge.rows, name, port, vlan) !== 'none');
    return was === undefined && !there ? [{ kind: 'create', vlan }] : [];
  });
  for (const vlan of vlans) {
    for (const [name, port] of bridge.ports) {
      const then = memberOf(bridge.rows, name, port, vlan);
      const now = memberOf(rowsAfter, name, { ...after.get(name)!, pvid: port.pvid }, vlan);
      const egress = now !== 'none';
      if ((then !== 'none') !== egress) changes.push({ kind: 'egress', vlan, port: port.number, on: egress });
      if ((then === 'untagged') !== (now === 'untagged')) {
        changes.push({ kind: 'untagged', vlan, port: port.number, on: now === 'untagged' });
      }
    }
  }
  return changes;
}

function memberOf(
  rows: readonly RosVlanRow[],
  name: string,
  port: RosPort,
  vlan: VlanId,
): 'none' | 'tagged' | 'untagged' {
  const own = rows.filter((row) => row.vlans.includes(vlan));
  if (own.some((row) => row.tagged.includes(name))) return 'tagged';
  if (own.some((row) => row.untagged.includes(name))) return 'untagged';
  return port.pvid === vlan && port.frameTypes !== 'tagged-only' ? 'untagged' : 'none';
}
