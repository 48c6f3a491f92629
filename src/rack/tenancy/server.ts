import type { Millis, SlotNumber } from '../units.ts';
import type { ServerName } from './server-name.ts';
import type { Order, Spec } from './spec.ts';
import { answers, bySize } from './spec.ts';

/** A board as a customer has it. */
export interface Server {
  readonly name: ServerName;
  readonly slot: SlotNumber;
  readonly tenant: string;
  /** As it was sold: it does not change when another board is put into the slot. */
  readonly spec: Spec;
  /** GB. */
  readonly disk: number;
  readonly image: string;
  /** Text of root's authorized_keys. */
  readonly keys: string;
  /** cloud-init user-data. */
  readonly userData: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  readonly createdAt: Millis;
  /** Since when it has this slot: what was seen of the slot before is somebody else's. */
  readonly slotSince: Millis;
  /** The job that made it, which is also the customer's task. */
  readonly task: number;
  /** When it was first ready; undefined: it has not been yet. */
  readonly liveAt: Millis | undefined;
  /** Why it will not become ready. */
  readonly failure: string | undefined;
}

/** A slot as the choice of a board sees it. */
export interface Candidate {
  readonly slot: SlotNumber;
  readonly spec: Spec | undefined;
  /** Why it is not to be given out, in a few words; undefined: it is free. */
  readonly taken: string | undefined;
}

/** The smallest free board that is as ordered; of equal ones that of the lowest slot. */
export function choose(
  order: Order,
  candidates: readonly Candidate[],
): (Candidate & { readonly spec: Spec }) | undefined {
  return candidates
    .filter((each): each is Candidate & { readonly spec: Spec } => each.spec !== undefined)
    .filter((each) => each.taken === undefined && answers(each.spec, order))
    .sort((a, b) => bySize(a.spec, b.spec) || a.slot - b.slot)[0];
}
