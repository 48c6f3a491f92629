/** Who has which MAC on one interface. Packets for an unknown one wait, few of them, while it is asked for. */
import type { Clock, Timer } from '../../rack/clock.ts';
import { seconds } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';

interface Entry {
  mac: Mac | undefined;
  permanent: boolean;
  waiting: ((mac: Mac) => void)[];
  asked: number;
  timer: Timer | undefined;
}

/** How often and how long apart Linux asks (mcast_solicit, retrans_time_ms). */
const ASKED_AT_MOST = 3;
const ASK_EVERY = seconds(1);
/** Far more than a boot needs; Linux counts octets. */
const WAITING_AT_MOST = 16;

export class Neighbours {
  readonly #clock: Clock;
  readonly #ask: (address: string) => void;
  readonly #entries = new Map<string, Entry>();
  /** Packets thrown away because nobody answered. */
  unresolved = 0;
  /** Times that somebody was asked. */
  asked = 0;

  constructor(clock: Clock, ask: (address: string) => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** In place of any other entry, and never replaced by what a packet says. */
  setPermanent(address: string, mac: Mac): void {
    this.#set(address, mac, true);
  }

  /** Somebody says that the address is his. */
  learn(address: string, mac: Mac): void {
    if (this.#entries.get(address)?.permanent !== true) this.#set(address, mac, false);
  }

  get(address: string): { readonly mac: Mac; readonly permanent: boolean } | undefined {
    const entry = this.#entries.get(address);
    return entry?.mac === undefined ? undefined : { mac: entry.mac, permanent: entry.permanent };
  }

  /** Calls `send` with the MAC: at once where it is known, later or never where it is not. */
  resolve(address: string, send: (mac: Mac) => void): void {
    const known = this.#entries.get(address);
    if (known?.mac !== undefined) {
      send(known.mac);
      return;
    }
    const entry = known ?? { mac: undefined, permanent: false, waiting: [], asked: 0, timer: undefined };
    if (known === undefined) this.#entries.set(address, entry);
    if (entry.waiting.length >= WAITING_AT_MOST) {
      entry.waiting.shift();
      this.unresolved++;
    }
    entry.waiting.push(send);
    if (entry.timer === undefined) this.#solicit(address, entry);
  }

  #set(address: string, mac: Mac, permanent: boolean): void {
    const before = this.#entries.get(address);
    before?.timer?.cancel();
    this.#entries.set(address, { mac, permanent, waiting: [], asked: 0, timer: undefined });
    for (const send of before?.waiting ?? []) send(mac);
  }

  #solicit(address: string, entry: Entry): void {
    if (entry.asked === ASKED_AT_MOST) {
      this.unresolved += entry.waiting.length;
      this.#entries.delete(address);
      return;
    }
    entry.asked++;
    this.asked++;
    this.#ask(address);
    entry.timer = this.#clock.after(ASK_EVERY, () => this.#solicit(address, entry));
  }
}
