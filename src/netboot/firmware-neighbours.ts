/**
 * Neighbour entries of boards that boot over IPv6. Their firmware answers the first neighbour solicitation and ignores
 * those after it (pi-boot §3.4), so that a kernel that has to ask gets no answer and stops sending: the entries are made
 * permanent before the first answer leaves, for every address that the firmware may use.
 */
import { readNeighbours } from '../net/iproute.ts';
import { type Kernel6Routes, macOfEui64 } from '../net/kernel6.ts';
import type { Clock } from '../rack/clock.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { Ipv6, Mac } from '../wire/address.ts';
import { ipv6Bytes, ipv6Text } from '../wire/ipv6-text.ts';
import { TokenBucket } from './token-bucket.ts';

export interface NeighbourLeg {
  readonly slot: SlotNumber;
  readonly interface: string;
  /** The address that DHCPv6 gives, in the leg's /64. */
  readonly board: Ipv6;
}

type Kernel = Pick<Kernel6Routes, 'setNeighbour' | 'deleteNeighbour'>;

/** A boot changes its slot's entries once; who does it all the time is no firmware, and would cost an `ip` each. */
const RATE = { burst: 10, perSecond: 0.5 };

export class FirmwareNeighbours {
  readonly #kernel: Kernel;
  readonly #clock: Clock;
  readonly #buckets = new Map<SlotNumber, TokenBucket>();
  readonly #known = new Map<SlotNumber, { readonly leg: NeighbourLeg; readonly linkLocal: Ipv6; readonly mac: Mac }>();

  constructor(kernel: Kernel, clock: Clock) {
    this.#kernel = kernel;
    this.#clock = clock;
  }

  /**
   * `again`: makes the entries anew also where they should be there, as an interface that went down has lost its own.
   * A link-local address that tells no MAC is left to the kernel: firmware makes its own of it (§3.2).
   */
  async set(leg: NeighbourLeg, linkLocal: Ipv6, again: boolean): Promise<void> {
    const mac = macOfEui64(ipv6Bytes(linkLocal));
    if (mac === undefined) return;
    const before = this.#known.get(leg.slot);
    if (!again && before?.linkLocal === linkLocal) return;
    if (!this.#mayChange(leg.slot)) return;
    if (before !== undefined && before.linkLocal !== linkLocal) await this.forget(leg.slot);
    this.#known.set(leg.slot, { leg, linkLocal, mac });
    await Promise.all(addresses(leg, linkLocal).map((each) => this.#kernel.setNeighbour(leg.interface, each, mac)));
  }

  /** Another MAC was heard in the slot: the entries would lead to a board that is not there. */
  heard(slot: SlotNumber, mac: Mac): Promise<void> {
    const before = this.#known.get(slot);
    return before === undefined || before.mac === mac ? Promise.resolve() : this.forget(slot);
  }

  /** Leaves the slot's addresses to the kernel. */
  async forget(slot: SlotNumber): Promise<void> {
    const before = this.#known.get(slot);
    if (before === undefined) return;
    this.#known.delete(slot);
    const { leg, linkLocal } = before;
    await Promise.all(addresses(leg, linkLocal).map((each) => this.#kernel.deleteNeighbour(leg.interface, each)));
  }

  #mayChange(slot: SlotNumber): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(slot) ?? new TokenBucket(RATE, now);
    this.#buckets.set(slot, bucket);
    return bucket.take(now);
  }
}

/** Takes away what an earlier process has left: nobody knows whether the boards are still there. */
export async function removeFirmwareNeighbours(legs: readonly string[], kernel: Kernel): Promise<void> {
  const known = new Set(legs);
  const permanent = await readNeighbours(['permanent']);
  const ours = permanent.filter(({ ifname, address }) => known.has(ifname) && address.includes(':'));
  await Promise.all(ours.map(({ ifname, address }) => kernel.deleteNeighbour(ifname, address as Ipv6)));
}

/** Its link-local address, the one that DHCPv6 gives, and the one that it makes of the prefix where it asks for none. */
function addresses({ board }: NeighbourLeg, linkLocal: Ipv6): Ipv6[] {
  const own = ipv6Bytes(board);
  own.set(ipv6Bytes(linkLocal).subarray(8), 8);
  return [linkLocal, board, ipv6Text(own)];
}
