/**
 * What a change of VLANs leaves on disk before it touches the switch: what the switch was, and how far the change is. A
 * row that is still there after a crash is a change that was begun and not ended.
 */
import { z } from 'zod';
import type { Millis, SlotNumber, VlanId } from '../../rack/units.ts';
import { SwitchError } from '../errors.ts';
import type { VlanRanges } from './ranges.ts';
import type { PortNumbering, ScopePort, ScopeSlot, VlanScope } from './scope.ts';
import type { BridgePort, PortVlan, VlanState } from './state.ts';

/** One row per switch. Every promise resolves once it is durable. */
export interface VlanJournal {
  get(name: string): Promise<string | undefined>;
  put(name: string, row: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** `save`: isolated, and not yet in the saved configuration. */
export type JournalPhase = 'forward' | 'back' | 'save';

export interface JournalRow {
  readonly switch: string;
  readonly beganAt: Millis;
  readonly phase: JournalPhase;
  readonly numbering: PortNumbering;
  readonly scope: JournalScope;
  readonly before: VlanState;
  /** Why it could not be ended; undefined while nothing went wrong, or where the program ended in the middle. */
  readonly trouble: string | undefined;
}

export type JournalScope = Pick<VlanScope, 'slots' | 'uplinks' | 'carried'>;

export class JournalInvalid extends SwitchError {
  override readonly name = 'JournalInvalid';
  constructor(name: string, reason: string, options?: ErrorOptions) {
    super('journal-invalid', `the journal of the VLANs of ${name} cannot be read: ${reason}`, options);
  }
}

const VERSION = 1;

const port = z.int().nonnegative();
const ports = z.array(port);
const vlan = z.int().nonnegative().max(4_095);
const member = z.object({ vlan, name: z.string(), egress: ports, untagged: ports });
const portVlan = z.object({
  port,
  pvid: vlan,
  frameTypes: z.enum(['all', 'tagged-only', 'untagged-only']).optional(),
  ingressFiltering: z.boolean().optional(),
  mode: z.string().optional(),
  access: vlan.optional(),
  allows: z.string().optional(),
});
const schema = z.object({
  version: z.literal(VERSION),
  switch: z.string(),
  beganAt: z.number(),
  phase: z.enum(['forward', 'back', 'save']),
  numbering: z.enum(['bridgePort', 'ifIndex']),
  scope: z.object({
    slots: z.array(z.object({ slot: z.int().positive(), label: z.string(), port, vlan })),
    uplinks: z.array(z.object({ label: z.string(), port })),
    carried: z.array(vlan),
  }),
  before: z.object({
    vlans: z.array(member),
    ports: z.array(portVlan),
    maxVlanId: z.number().optional(),
    maxVlans: z.number().optional(),
  }),
  trouble: z.string().optional(),
});

export function encodeJournal(row: JournalRow): string {
  const { before, scope } = row;
  const encoded: z.input<typeof schema> = {
    version: VERSION,
    switch: row.switch,
    beganAt: row.beganAt,
    phase: row.phase,
    numbering: row.numbering,
    scope: {
      slots: scope.slots.map(({ slot, label, port, vlan }) => ({ slot, label, port, vlan })),
      uplinks: scope.uplinks.map(({ label, port }) => ({ label, port })),
      carried: [...scope.carried],
    },
    before: {
      vlans: [...before.vlans].map(([vlan, { name, egress, untagged }]) => ({
        vlan,
        name,
        egress: [...egress],
        untagged: [...untagged],
      })),
      ports: [...before.ports].map(([port, rest]) => ({ port, ...rest })),
      maxVlanId: before.capacity.maxVlanId,
      maxVlans: before.capacity.maxVlans,
    },
    trouble: row.trouble,
  };
  return JSON.stringify(encoded);
}

/** @throws JournalInvalid */
export function decodeJournal(name: string, text: string): JournalRow {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new JournalInvalid(name, 'it is no JSON', { cause });
  }
  const read = schema.safeParse(json);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw new JournalInvalid(name, `${path.join('.') || 'row'}: ${message}`);
  }
  const { data } = read;
  if (data.switch !== name) throw new JournalInvalid(name, `it is of ${data.switch}`);
  const { vlans, maxVlanId, maxVlans } = data.before;
  return {
    switch: data.switch,
    beganAt: data.beganAt as Millis,
    phase: data.phase,
    numbering: data.numbering,
    scope: {
      slots: data.scope.slots as unknown as ScopeSlot[],
      uplinks: data.scope.uplinks as unknown as ScopePort[],
      carried: new Set(data.scope.carried as VlanId[]),
    },
    before: {
      vlans: new Map(
        vlans.map(({ vlan, name, egress, untagged }) => [
          vlan as VlanId,
          { name, egress: new Set(egress as BridgePort[]), untagged: new Set(untagged as BridgePort[]) },
        ]),
      ),
      ports: new Map(data.before.ports.map((read) => [read.port as BridgePort, portOf(read)])),
      capacity: { maxVlanId, maxVlans },
    },
    trouble: data.trouble,
  };
}

function portOf(read: z.output<typeof portVlan>): PortVlan {
  return {
    pvid: read.pvid as VlanId,
    frameTypes: read.frameTypes,
    ingressFiltering: read.ingressFiltering,
    mode: read.mode,
    access: read.access as VlanId | undefined,
    allows: read.allows as VlanRanges | undefined,
  };
}

/** What is told of a switch whose change did not end, for status and `doctor`; undefined: nothing is open. */
export async function openChange(
  journal: VlanJournal,
  name: string,
): Promise<{ readonly since: Millis | undefined; readonly text: string } | undefined> {
  const text = await journal.get(name);
  if (text === undefined) return undefined;
  try {
    const { beganAt, phase, trouble, scope } = decodeJournal(name, text);
    const slots = scope.slots.map(({ slot }: { readonly slot: SlotNumber }) => slot);
    const what = phase === 'save' ? 'is made and not saved' : 'was begun and has not ended';
    return {
      since: beganAt,
      text: `the change of the VLANs of ${name} (${slots.length} slots) ${what}${trouble ? `: ${trouble}` : ''}`,
    };
  } catch (error) {
    return { since: undefined, text: (error as Error).message };
  }
}
