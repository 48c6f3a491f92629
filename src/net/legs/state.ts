/**
 * The controller's legs: what each should be, and what it is. `plan.ts` compares the two, `apply.ts` writes the difference,
 * `reconcile.ts` reads back that it is so. Interfaces that the plan does not name are never touched.
 */
import type { Plan, SlotPlan } from '../../rack/plan.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';

/** The part of the rack's plan that says what the legs are. */
export interface LegsPlan extends Pick<Plan, 'kind' | 'trunk'> {
  readonly slots: readonly LegPlan[];
}

export interface LegPlan extends Pick<SlotPlan, 'slot' | 'vlan' | 'leg'> {
  readonly ipv4: Pick<SlotPlan['ipv4'], 'controller' | 'board'>;
  readonly ipv6: Pick<SlotPlan['ipv6'], 'controller'>;
}

/** Hardware addresses of the boards that are known, by slot. */
export type BoardMacs = ReadonlyMap<SlotNumber, Mac>;

/** An interface as it is. */
export interface LegState {
  readonly ifname: string;
  readonly up: boolean;
  /** `vlan`, `veth`…; undefined for hardware. */
  readonly kind: string | undefined;
  /** Of a VLAN interface: the interface under it, and its 802.1Q id. */
  readonly parent: string | undefined;
  readonly vlan: number | undefined;
  readonly addresses: readonly LegAddress[];
  /** Permanent neighbour entries, IPv4 only. */
  readonly neighbours: readonly LegNeighbour[];
  /** The settings of settings.ts by name, read only for legs; one that this kernel does not have is left out. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface LegAddress {
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
  /** `global`, `link`… */
  readonly scope: string;
  /** Duplicate address detection runs, or has refused the address. */
  readonly unusable: boolean;
}

export interface LegNeighbour {
  readonly address: string;
  readonly mac: Mac | undefined;
}

/** One write. `before` is what is there now, for the reader of a dry run. */
export type LegChange =
  | { readonly kind: 'create'; readonly leg: string; readonly trunk: string; readonly vlan: number }
  | { readonly kind: 'delete'; readonly leg: string; readonly before: string }
  | {
      readonly kind: 'set';
      readonly leg: string;
      readonly setting: string;
      readonly value: string;
      readonly before?: string;
    }
  | { readonly kind: 'up'; readonly leg: string }
  | { readonly kind: 'add-address' | 'remove-address'; readonly leg: string; readonly address: LegAddress }
  | {
      readonly kind: 'set-neighbour';
      readonly leg: string;
      readonly address: string;
      readonly mac: Mac;
      readonly before?: Mac;
    }
  | { readonly kind: 'remove-neighbour'; readonly leg: string; readonly address: string };

/** Legs cannot be made as the plan says; nothing was changed. */
export class LegsError extends Error {
  override readonly name: string = 'LegsError';
}

/** After the changes were applied, some are still wanted. */
export class LegsNotVerified extends LegsError {
  override readonly name = 'LegsNotVerified';
  readonly remaining: readonly LegChange[];

  constructor(remaining: readonly LegChange[], lines: readonly string[]) {
    super(`legs read back differ from the plan: ${lines.join('; ')}`);
    this.remaining = remaining;
  }
}
