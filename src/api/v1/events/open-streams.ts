/** How many streams are open, by key, tenant and network: nobody may keep others out. */
import type { Caller } from '../../http/auth/caller.ts';
import { ApiError } from '../../http/errors.ts';
import { networkOf } from '../../http/limits.ts';

export interface StreamLimits {
  readonly ofKey: number;
  readonly ofTenant: number;
  readonly ofNetwork: number;
  readonly all: number;
}

export const STREAM_LIMITS: StreamLimits = Object.freeze({ ofKey: 50, ofTenant: 200, ofNetwork: 200, all: 3_000 });

export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #counts = new Map<string, number>();
  #all = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Throws too_many_requests. */
  admit(caller: Caller): void {
    const { ofKey, ofTenant, ofNetwork, all } = this.#limits;
    const [key, network, tenant] = namesOf(caller);
    if ((this.#counts.get(key) ?? 0) >= ofKey) throw full(ofKey, 'of a key');
    if (tenant !== undefined && (this.#counts.get(tenant) ?? 0) >= ofTenant) throw full(ofTenant, 'of a tenant');
    if ((this.#counts.get(network) ?? 0) >= ofNetwork) throw full(ofNetwork, 'of a network');
    if (this.#all >= all) throw full(all, 'in all');
  }

  opened(caller: Caller): void {
    this.#count(caller, 1);
  }

  closed(caller: Caller): void {
    this.#count(caller, -1);
  }

  #count(caller: Caller, by: 1 | -1): void {
    this.#all += by;
    for (const name of namesOf(caller)) {
      const count = (this.#counts.get(name) ?? 0) + by;
      if (count === 0) this.#counts.delete(name);
      else this.#counts.set(name, count);
    }
  }
}

/** Staff are of no tenant. */
const namesOf = ({ key, address, tenant }: Caller) =>
  [`key ${key}`, `network ${networkOf(address)}`, ...(tenant === undefined ? [] : [`tenant ${tenant}`])] as const;

function full(count: number, what: string): ApiError {
  return new ApiError('too_many_requests', `expected at most ${count} open streams ${what}: close one first`, {
    headers: { 'retry-after': '30' },
  });
}
