/** What can be set on a virtual board: how fast it computes, and which faults of real boards it has. */
import { EEPROM_DHCP_RETRY_MS, EEPROM_DHCP_TIMEOUT_MS } from '../../pi/rom.ts';

/** The EEPROM's properties (pi-boot §2.3). */
export interface EepromConfig {
  /** Hex nibbles from the right: 1 SD card, 2 network, 4 USB, e stop, f restart. Empty EEPROMs have 0xf41. */
  readonly bootOrder: number;
  readonly netBootMaxRetries: number;
  readonly dhcpTimeout: number;
  readonly dhcpReqTimeout: number;
  readonly tftpFileTimeout: number;
  /** USE_IPV6=1: IPv6 in place of IPv4, never both (pi-boot §3.1). */
  readonly useIpv6?: boolean;
}

export interface BoardOptions {
  /**
   * Divides what the board spends on computing: 1 is a real board, 100 starts Linux in the blink of an eye. Time-outs of
   * protocols are never scaled.
   */
  readonly speed: number;
  /** 3B: an OFFER is acted on only when a further frame arrives in time (pi-boot §1.5). */
  readonly isolatedPortBug: boolean;
  /** False, as real ones: a 3B that loads files answers no ARP (pi-boot §1.8). True: for servers that cannot do without. */
  readonly answersArp: boolean;
  /** False, as real ones: firmware that boots over IPv6 answers the first neighbour solicitation alone (pi-boot §3.4). */
  readonly answersAllSolicitations: boolean;
  /** Share of size probes whose "Early terminate" goes to port 69 instead of the server's (pi-boot §1.7). */
  readonly strayTerminate: number;
  /** Whether fetched files get a SHA-256. */
  readonly digest: boolean;
  readonly eeprom: EepromConfig;
}

export const DEFAULT_OPTIONS: BoardOptions = Object.freeze({
  speed: 1,
  isolatedPortBug: false,
  answersArp: false,
  answersAllSolicitations: false,
  strayTerminate: 0.02,
  digest: true,
  eeprom: Object.freeze({
    bootOrder: 0xf2,
    netBootMaxRetries: 0,
    dhcpTimeout: EEPROM_DHCP_TIMEOUT_MS,
    dhcpReqTimeout: EEPROM_DHCP_RETRY_MS,
    tftpFileTimeout: 30_000,
  }),
});
