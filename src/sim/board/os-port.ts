/** The operating system of a virtual board, as the board sees it: started with a command line, killed with the power. */
import type { Ipv4 } from '../../wire/address.ts';

export interface OsBoot {
  /** One line, as the firmware hands it to the kernel. */
  readonly cmdline: string;
  readonly ipv4: Ipv4Settings;
  /** '' where nobody told one. */
  readonly hostname: string;
  /** Boots of this board so far, this one included. */
  readonly bootCount: number;
}

/** From the kernel's DHCP, or from a static `ip=`. */
export interface Ipv4Settings {
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly router: Ipv4 | undefined;
  /** Who answered DHCP, or the server field of `ip=`: where the root is if `nfsroot=` names no server. */
  readonly server: Ipv4 | undefined;
}

export interface OsEvents {
  /** A step began; `detail` says in a few words what it does or what the last one found. */
  stage(stage: 'os-network' | 'os-mount' | 'os-up', detail: string): void;
  /** It stopped for good: what was tried and what came back. */
  failed(reason: string): void;
  /** It has shut down and resets the board. */
  reboot(): void;
}

export interface OsSession {
  /** Stops everything at once: processes, sockets, addresses. No event comes after it. */
  kill(): void;
}

export interface OsPort {
  boot(request: OsBoot, events: OsEvents): OsSession;
}
