/** What DHCPv6 leases want of the kernel: routes of delegated prefixes, neighbour entries of boot firmware. */
import type { Ipv6, Mac } from '../wire/address.ts';
import { IpBatchFailed, type IpCommand, ipBatch } from './iproute.ts';

/**
 * How long a route that was set is taken to be there, in milliseconds: no `ip` for a client that asks again and again, and
 * one that renews in hours finds its route made anew, should anything have taken it away.
 */
const ROUTE_MEMORY = 10_000;

interface Waiting {
  readonly command: IpCommand;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * One `ip` at a time, with all that was asked for while the one before ran: 108 boards ask at the same moment, and one that
 * asks without end must not make a queue that others stand in.
 */
export class Kernel6Routes {
  readonly #batch: (commands: readonly IpCommand[]) => Promise<unknown>;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #running = false;
  /** By prefix: the route that was set last, and when. */
  readonly #set = new Map<string, { readonly command: string; readonly at: number }>();

  constructor(batch: (commands: readonly IpCommand[]) => Promise<unknown> = ipBatch, now = () => performance.now()) {
    this.#batch = batch;
    this.#now = now;
  }

  /** Routes a prefix to a link-local next hop, in place of any other route to it. Rejects with what `ip` said. */
  async setRoute(ifname: string, prefix: string, via: Ipv6): Promise<void> {
    const command = ['route', 'replace', prefix, 'via', via, 'dev', ifname, 'proto', 'dhcp'];
    const known = this.#set.get(prefix);
    if (known?.command === command.join(' ') && this.#now() - known.at < ROUTE_MEMORY) return;
    await this.#run(command);
    this.#set.set(prefix, { command: command.join(' '), at: this.#now() });
  }

  /** Takes the route away; one that is not there is no error. */
  async deleteRoute(ifname: string, prefix: string): Promise<void> {
    this.#set.delete(prefix);
    try {
      await this.#run(['route', 'del', prefix, 'dev', ifname]);
    } catch (cause) {
      if (!(cause instanceof Error && /No such process/.test(cause.message))) throw cause;
    }
  }

  /** A permanent entry: the kernel never has to ask. */
  setNeighbour(ifname: string, address: Ipv6, mac: Mac): Promise<void> {
    return this.#run(['neighbour', 'replace', address, 'lladdr', mac, 'nud', 'permanent', 'dev', ifname]);
  }

  /** Takes an entry away; one that is not there is no error. */
  async deleteNeighbour(ifname: string, address: Ipv6): Promise<void> {
    try {
      await this.#run(['neighbour', 'del', address, 'dev', ifname]);
    } catch (cause) {
      if (!(cause instanceof Error && /No such file/.test(cause.message))) throw cause;
    }
  }

  #run(command: IpCommand): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runAll(this.#waiting.splice(0));
    this.#running = false;
  }

  async #runAll(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#batch(group.map(({ command }) => command));
      for (const { resolve } of group) resolve();
    } catch (cause) {
      for (const { command, resolve, reject } of group) {
        const failure = failureOf(cause, command);
        if (failure === undefined) resolve();
        else reject(new Error(`ip ${command.join(' ')}: ${failure}`, { cause }));
      }
    }
  }
}

function failureOf(cause: unknown, command: IpCommand): string | undefined {
  if (!(cause instanceof IpBatchFailed)) return (cause as Error).message;
  const own = cause.failures.find((failure) => failure.command.join(' ') === command.join(' '));
  return own?.message ?? cause.stopped;
}

/** The MAC in a link-local address made by EUI-64 (RFC 4291 appendix A); undefined where it is made otherwise. */
export function macOfEui64(linkLocal: Uint8Array): Mac | undefined {
  const [a, b, c, mark1, mark2, d, e, f] = linkLocal.subarray(8);
  if (linkLocal.length !== 16 || mark1 !== 0xff || mark2 !== 0xfe) return undefined;
  const bytes = [(a as number) ^ 2, b, c, d, e, f] as number[];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':') as Mac;
}
