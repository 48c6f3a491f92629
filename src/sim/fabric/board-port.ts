/** Everything that plugs one simulated board into the fabric: its wire, its link, its operating system. */
import type { Clock } from '../../rack/clock.ts';
import type { Phy, Wire } from '../board/wire.ts';
import { boardNetns, netnsPath, portLink } from './layout.ts';
import type { PortLinks } from './links.ts';
import { NetnsOs } from './netns-os/index.ts';
import { PacketWire } from './packet-wire.ts';

export interface BoardPortOptions {
  readonly slot: number;
  readonly links: PortLinks;
  readonly clock: Clock;
  readonly speed: number;
  readonly complain: (message: string) => void;
}

export interface BoardPort {
  readonly wire: Wire;
  readonly phy: Phy;
  readonly os: NetnsOs;
}

export function boardPort({ slot, links, clock, speed, complain }: BoardPortOptions): BoardPort {
  const netns = netnsPath(boardNetns(slot));
  const os = new NetnsOs({ netns, clock, speed, complain });
  return { wire: new PacketWire(netns), phy: new PortPhy(portLink(slot), links, os), os };
}

class PortPhy implements Phy {
  readonly #port: string;
  readonly #links: PortLinks;
  readonly #os: NetnsOs;
  #cancel: (() => void) | undefined;
  #wanted = 0;

  constructor(port: string, links: PortLinks, os: NetnsOs) {
    this.#port = port;
    this.#links = links;
    this.#os = os;
  }

  /** Not before the last session's addresses are gone: the namespace would answer ARP for a board that is in its ROM. */
  up(ready: () => void): void {
    const wanted = ++this.#wanted;
    void this.#os.clean.then(() => {
      if (wanted === this.#wanted) this.#cancel = this.#links.setUp(this.#port, ready);
    });
  }

  down(): void {
    this.#wanted++;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#links.setDown(this.#port);
  }
}
