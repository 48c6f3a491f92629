/**
 * SETs of a dialect: decoded, put to the guard, and only then sent. Steps go several to a PDU, and a PDU that is refused is
 * halved until one step stands alone, because one bad object fails all (RFC 3416 §4.2.5).
 */
import type { VlanRefusal } from '../../backend.ts';
import { WriteRefused } from '../../errors.ts';
import { SnmpErrorStatus } from '../../snmp/errors.ts';
import type { Oid } from '../../snmp/oid.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import type { SnmpValue } from '../../snmp/value.ts';
import type { VlanChange, VlanGuard } from '../guard.ts';
import type { VlanState, VlanStep } from '../state.ts';
import type { RawObjects, UseSwitch } from './raw.ts';

/** An object that a dialect may write, and what a SET of it changes. What is in no such list cannot be sent. */
export interface Writable {
  readonly column: Oid;
  readonly changes: (index: string, value: SnmpSet, before: SnmpValue | undefined) => readonly VlanChange[];
}

export interface WriterParts {
  readonly use: UseSwitch;
  readonly writables: readonly Writable[];
  readonly raw: RawObjects;
  /** What was last read: what the guard judges by. */
  readonly state: VlanState;
  readonly guard: VlanGuard;
}

export interface Writer {
  readonly raw: RawObjects;
  /** One PDU. @throws WriteRefused before anything is sent; SnmpErrorStatus and all that a SET may throw */
  send(what: string, sets: readonly SnmpSet[]): Promise<void>;
  /**
   * Steps in as few PDUs as they fit in. Those of a group stay together unless they are refused. `alone` is the last way to
   * do one step that was refused by itself.
   */
  merged(
    what: string,
    groups: readonly (readonly VlanStep[])[],
    build: (steps: readonly VlanStep[]) => readonly SnmpSet[],
    alone?: (step: VlanStep) => Promise<void>,
  ): Promise<VlanRefusal[]>;
}

/** Every agent takes messages of 484 octets (RFC 3417 §3.2); what is around the varbinds takes up to 84 of them. */
const ROOM = 400;

export function createWriter({ use, writables, raw, state, guard }: WriterParts): Writer {
  const columns = writables.map(({ column }) => column);
  const decode = (set: SnmpSet): readonly VlanChange[] => {
    const found = writables.find(({ column }) => set.oid.startsWith(`${column}.`));
    if (!found) throw new WriteRefused(set.oid, 'it is no object that VLANs are written with');
    const index = set.oid.slice(found.column.length + 1);
    return found.changes(index, set, raw.get(found.column, index));
  };
  const send: Writer['send'] = async (what, sets) => {
    if (sets.length === 0) return;
    guard.check(sets.flatMap(decode), state);
    await use(what, ({ session }) => session.set(sets));
    raw.note(columns, sets);
  };
  const attempt = async (
    what: string,
    groups: readonly (readonly VlanStep[])[],
    build: (steps: readonly VlanStep[]) => readonly SnmpSet[],
    alone: ((step: VlanStep) => Promise<void>) | undefined,
  ): Promise<VlanRefusal[]> => {
    const steps = groups.flat();
    try {
      await send(what, build(steps));
      return [];
    } catch (error) {
      if (!(error instanceof SnmpErrorStatus)) throw error;
      if (steps.length === 1) return refusedAlone(steps[0]!, error, alone);
      const halves = groups.length > 1 ? groups : steps.map((step) => [step]);
      const half = Math.ceil(halves.length / 2);
      return [
        ...(await attempt(what, halves.slice(0, half), build, alone)),
        ...(await attempt(what, halves.slice(half), build, alone)),
      ];
    }
  };
  return {
    raw,
    send,
    async merged(what, groups, build, alone) {
      const refusals: VlanRefusal[] = [];
      let pdu: (readonly VlanStep[])[] = [];
      for (const group of groups) {
        if (pdu.length > 0 && octetsOf(build([...pdu.flat(), ...group])) > ROOM) {
          refusals.push(...(await attempt(what, pdu, build, alone)));
          pdu = [];
        }
        pdu.push(group);
      }
      if (pdu.length > 0) refusals.push(...(await attempt(what, pdu, build, alone)));
      return refusals;
    },
  };
}

async function refusedAlone(
  step: VlanStep,
  first: SnmpErrorStatus,
  alone: ((step: VlanStep) => Promise<void>) | undefined,
): Promise<VlanRefusal[]> {
  if (!alone) return [{ steps: [step], reason: first.message }];
  try {
    await alone(step);
    return [];
  } catch (error) {
    if (!(error instanceof SnmpErrorStatus)) throw error;
    return [{ steps: [step], reason: error.message }];
  }
}

/** Octets of varbinds in BER, at most. */
function octetsOf(sets: readonly SnmpSet[]): number {
  let octets = 0;
  for (const { oid, value } of sets) {
    const name = oid.split('.').reduce((sum, arc) => sum + (arc.length < 3 ? 1 : arc.length < 6 ? 2 : 5), 0);
    const content = typeof value === 'number' ? 5 : value.length;
    octets += 10 + name + content;
  }
  return octets;
}

/** One group for each value of `key`, in the order in which they come. */
export function grouped<Key>(steps: readonly VlanStep[], key: (step: VlanStep) => Key): VlanStep[][] {
  const groups = new Map<Key, VlanStep[]>();
  for (const step of steps) groups.set(key(step), [...(groups.get(key(step)) ?? []), step]);
  return [...groups.values()];
}

/** Each in a group of its own. */
export function apart(steps: readonly VlanStep[]): VlanStep[][] {
  return steps.map((step) => [step]);
}

/** The steps of one kind, with its fields. */
export function only<Kind extends VlanStep['kind']>(
  steps: readonly VlanStep[],
  ...kinds: readonly Kind[]
): Extract<VlanStep, { readonly kind: Kind }>[] {
  return steps.filter((step): step is Extract<VlanStep, { readonly kind: Kind }> => kinds.includes(step.kind as Kind));
}
