/**
 * Interface numbers and names. A number is never given twice while the system runs, so a known number stays right; a leg
 * that is deleted and made again has a new one, which is looked up when it is first seen.
 */
import { type Native, native } from './native.ts';

export class Interfaces {
  readonly #net: Native;
  readonly #netns: string | undefined;
  readonly #names = new Map<number, string>();
  readonly #indexes = new Map<string, number>();

  constructor(options: { netns?: string; net?: Native } = {}) {
    this.#net = options.net ?? native();
    this.#netns = options.netns;
    this.refresh();
  }

  /** Reads all interfaces anew: one system call. */
  refresh(): void {
    this.#names.clear();
    this.#indexes.clear();
    for (const { index, name } of this.#net.interfaces(this.#netns === undefined ? {} : { netns: this.#netns })) {
      this.#names.set(index, name);
      this.#indexes.set(name, index);
    }
  }

  /**
   * Name of the interface with this number. An unknown number is looked up in a fresh list; one that is not there either
   * (a datagram of an interface that is gone) gives undefined.
   */
  name(ifindex: number): string | undefined {
    const known = this.#names.get(ifindex);
    if (known !== undefined) return known;
    this.refresh();
    return this.#names.get(ifindex);
  }

  /**
   * Number of the interface with this name, as of the last refresh; an unknown name is looked up in a fresh list. Refresh
   * when a send is refused with ENODEV or ENXIO: the interface was made again since, and nothing arrived on it yet.
   */
  index(ifname: string): number | undefined {
    const known = this.#indexes.get(ifname);
    if (known !== undefined) return known;
    this.refresh();
    return this.#indexes.get(ifname);
  }
}
