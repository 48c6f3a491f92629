/** What a virtual board tells of itself, for displays and tests. */
import type { SlotNumber } from '../../rack/units.ts';

/** In the order of a healthy boot; `hung` and `dead` are ends that only a power cut leaves. */
export const BOARD_STAGES = [
  'off',
  /** Power is on; memory, SD probe and Ethernet chip come first. */
  'power-on',
  /** DHCP of the mask ROM, or of the Pi 4's EEPROM. */
  'rom-dhcp',
  /** TFTP of the mask ROM: bootcode.bin. */
  'rom-tftp',
  /** bootcode.bin's own DHCP. */
  'bootcode-dhcp',
  /** bootcode.bin or the EEPROM fetches the firmware. */
  'bootcode-tftp',
  /** start.elf or start4.elf fetches kernel and device tree. */
  'firmware-tftp',
  /** The kernel starts; no network yet. */
  'kernel',
  'kernel-dhcp',
  /** The OS sets up addresses. */
  'os-network',
  /** The OS mounts its root and reads and writes it. */
  'os-mount',
  /** An SSH banner is sent to whoever connects. */
  'os-up',
  /** The operating system met a fault; `reason` says which. */
  'os-failed',
  /** The firmware stands still. */
  'hung',
  /** The boot ROM has given up and waits, at little power. */
  'dead',
] as const;

export type BoardStage = (typeof BOARD_STAGES)[number];

/** Counted since power-on, except `framesIn` and `framesOut`, which count since the board was made. */
export interface BoardCounters {
  framesIn: number;
  framesOut: number;
  discovers: number;
  offers: number;
  requests: number;
  /** OFFERs that were seen and not used: no boot server in them, not for us, or lost to the receive bug. */
  offersRefused: number;
  arpReplies: number;
  arpIgnored: number;
  /** Neighbour solicitations, by firmware that boots over IPv6. */
  solicitationsAnswered: number;
  solicitationsIgnored: number;
  readRequests: number;
  /** Read requests that ended with ERROR 1. */
  notFound: number;
  /** Transfers given up because a packet did not come in time, or made no sense. */
  filesLost: number;
  /** DATA blocks that came again. */
  duplicates: number;
  bytes: number;
  taggedFrames: number;
}

export function noCounters(): BoardCounters {
  return {
    framesIn: 0,
    framesOut: 0,
    discovers: 0,
    offers: 0,
    requests: 0,
    offersRefused: 0,
    arpReplies: 0,
    arpIgnored: 0,
    solicitationsAnswered: 0,
    solicitationsIgnored: 0,
    readRequests: 0,
    notFound: 0,
    filesLost: 0,
    duplicates: 0,
    bytes: 0,
    taggedFrames: 0,
  };
}

/** One read request and how it ended. */
export interface FileRecord {
  /** As asked, with the prefix. */
  readonly name: string;
  readonly how: 'probe' | 'get';
  readonly outcome: 'complete' | 'probed' | 'missing' | 'refused' | 'failed';
  /** Bytes received, or the size that the probe told. */
  readonly size: number;
  /** Hex, of a file fetched completely on a board that checks digests. */
  readonly sha256: string | undefined;
  /** Why it was refused or failed. */
  readonly reason: string | undefined;
}

export interface BoardStatus {
  readonly slot: SlotNumber;
  readonly model: string;
  readonly mac: string;
  /** Low 32 bits of the serial number as eight lower-case hex digits. */
  readonly serial: string;
  readonly revision: string;
  readonly powered: boolean;
  readonly stage: BoardStage;
  /** When the stage began, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** In words: what is awaited or what went wrong; '' where there is nothing to say. */
  readonly reason: string;
  readonly linkUp: boolean;
  readonly watts: number;
  /** Times that the board started from its ROM, soft reboots included. */
  readonly bootCount: number;
  /** The IPv4 address in use, '' without one. */
  readonly address: string;
  readonly counters: Readonly<BoardCounters>;
  /** Requests of this boot, oldest first. */
  readonly files: readonly FileRecord[];
}
