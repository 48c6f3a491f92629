/** What DHCPv6 leases want of the kernel: routes of delegated prefixes, neighbour entries of boot firmware. */
import type { Ipv6, Mac } from '../wire/address.ts';
import { IpBatchFailed, type IpCommand, ipBatch } from './iproute.ts';

interface Waiting {
  readonly command: IpCommand;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** All that is asked for in one turn of the event loop is one `ip`: 108 boards ask at the same moment. */
export class Kernel6Routes {
  #waiting: Waiting[] = [];
  /** One `ip` after the other: a route that was made and taken away again must end up away. */
  #running: Promise<void> = Promise.resolve();

  /** Routes a prefix to a link-local next hop, in place of any other route to it. Rejects with what `ip` said. */
  setRoute(ifname: string, prefix: string, via: Ipv6): Promise<void> {
    return this.#run(['route', 'replace', prefix, 'via', via, 'dev', ifname, 'proto', 'dhcp']);
  }

  /** Takes the route away; one that is not there is no error. */
  async deleteRoute(ifname: string, prefix: string): Promise<void> {
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
      if (this.#waiting.length > 1) return;
      setImmediate(() => {
        const group = this.#waiting.splice(0);
        this.#running = this.#running.then(() => this.#batch(group));
      });
    });
  }

  async #batch(group: readonly Waiting[]): Promise<void> {
    try {
      await ipBatch(group.map(({ command }) => command));
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
