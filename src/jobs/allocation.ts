/** Which board, and which name, a new server gets: what is free, and what somebody was promised a moment ago. */
import type { Clock } from '../rack/clock.ts';
import type { Plan } from '../rack/plan.ts';
import { type Candidate, choose, type Server } from '../rack/tenancy/server.ts';
import { generatedName, type ServerName } from '../rack/tenancy/server-name.ts';
import { impossible, type Order, type Spec, specOf } from '../rack/tenancy/spec.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { JobRow } from '../store/jobs.ts';
import type { Store } from '../store/store.ts';
import { inForce } from './maintenance.ts';
import type { RackState } from './rack-state.ts';
import type { Tenancy } from './tenancy.ts';
import { TenancyError } from './tenancy-error.ts';

export interface AllocationParts {
  readonly plan: Pick<Plan, 'slots'>;
  readonly store: Pick<Store, 'maintenance'>;
  readonly state: Pick<RackState, 'get'>;
  readonly tenancy: Pick<Tenancy, 'tenant'>;
  readonly jobs: { activeOf(slot: SlotNumber): JobRow | undefined };
  readonly clock: Clock;
  readonly random: () => number;
  readonly servers: ReadonlyMap<ServerName, Server>;
}

export interface Wanted {
  readonly tenant: string;
  /** Undefined: one is made up. */
  readonly name: ServerName | undefined;
  /** What is ordered, or the very slot that staff give. */
  readonly order: Order | { readonly slot: SlotNumber };
}

export interface FreeSlot {
  readonly slot: SlotNumber;
  readonly spec: Spec;
}

export interface Claim extends FreeSlot {
  readonly name: ServerName;
  /** The server is on disk, or will never be. */
  release(): void;
}

const MADE_UP_NAMES = 100;

export class Allocation {
  readonly #parts: AllocationParts;
  /** Chosen and not yet on disk: two requests at once may not get one board, or one name. */
  readonly #slots = new Set<SlotNumber>();
  /** By name, its tenant. */
  readonly #names = new Map<ServerName, string>();

  constructor(parts: AllocationParts) {
    this.#parts = parts;
  }

  /** Nobody else gets this board or this name until it is released. @throws TenancyError */
  claim({ tenant, name: wished, order }: Wanted): Claim {
    this.#checkQuota(tenant);
    const never = 'slot' in order ? undefined : impossible(order);
    if (never !== undefined) throw new TenancyError('invalid', never);
    const name = wished ?? this.#freeName();
    if (this.#isTaken(name)) throw new TenancyError('name_taken', `the name ${name} is taken: expected another one`);
    const found = 'slot' in order ? this.free(order.slot) : this.#smallest(order);
    this.#slots.add(found.slot);
    this.#names.set(name, tenant);
    return {
      ...found,
      name,
      release: () => {
        this.#slots.delete(found.slot);
        this.#names.delete(name);
      },
    };
  }

  /** The slot, if it can be given to somebody. Throws slot_taken. */
  free(slot: SlotNumber): FreeSlot {
    const found = this.#candidates().find((each) => each.slot === slot);
    const taken = found === undefined ? 'no such slot in this rack' : found.taken;
    if (taken !== undefined) throw new TenancyError('slot_taken', `slot ${slot} cannot be given: ${taken}`);
    if (found?.spec === undefined)
      throw new TenancyError('slot_taken', `slot ${slot} cannot be given: what board is in it is not known yet`);
    return { slot, spec: found.spec };
  }

  /** Has the slot for one whose work on it is yet to be recorded. */
  async reserved<T>(slot: SlotNumber, work: () => Promise<T>): Promise<T> {
    this.#slots.add(slot);
    try {
      return await work();
    } finally {
      this.#slots.delete(slot);
    }
  }

  #checkQuota(tenant: string): void {
    const { tenancy, servers } = this.#parts;
    const { quota } = tenancy.tenant(tenant);
    const has = [...servers.values()].filter((server) => server.tenant === tenant).length;
    const comes = [...this.#names.values()].filter((each) => each === tenant).length;
    if (quota !== undefined && has + comes >= quota)
      throw new TenancyError('quota_reached', `this account may have ${quota} servers, and has them`);
  }

  #smallest(order: Order): FreeSlot {
    const chosen = choose(order, this.#candidates());
    if (chosen !== undefined) return chosen;
    throw new TenancyError('no_board_free', `no Pi ${order.model} as ordered is free at the moment`);
  }

  #candidates(): readonly Candidate[] {
    const { plan, state, store, jobs, clock, servers } = this.#parts;
    const kept = inForce(store.maintenance.all(), clock.now());
    const given = new Set([...servers.values()].map((server) => server.slot));
    return plan.slots.map(({ slot }) => {
      const now = state.get(slot);
      const taken =
        given.has(slot) || this.#slots.has(slot)
          ? 'a server'
          : (kept.get(slot)?.reason ?? now.quarantine?.cause ?? jobs.activeOf(slot)?.kind);
      return { slot, spec: specOf(now.board), taken };
    });
  }

  #isTaken(name: ServerName): boolean {
    return this.#parts.servers.has(name) || this.#names.has(name);
  }

  #freeName(): ServerName {
    for (let tries = 0; tries < MADE_UP_NAMES; tries++) {
      const name = generatedName(this.#parts.random);
      if (!this.#isTaken(name)) return name;
    }
    throw new TenancyError('name_taken', 'no free name was found: expected one in the request');
  }
}
