/** The state of a board, and what its scripts may do with it. */
import type { Clock } from '../../rack/clock.ts';
import type { BoardIdentity } from './identity.ts';
import type { Machine } from './machine.ts';
import { Nic } from './nic.ts';
import { type BoardOptions, DEFAULT_OPTIONS } from './options.ts';
import type { OsBoot, OsEvents, OsPort, OsSession } from './os-port.ts';
import type { Random } from './random.ts';
import { type BoardCounters, type BoardStage, type BoardStatus, type FileRecord, noCounters } from './status.ts';
import { FileDigest } from './tftp/digest.ts';
import type { Phy, Wire } from './wire.ts';

export interface BoardParts {
  readonly identity: BoardIdentity;
  readonly wire: Wire;
  readonly phy: Phy;
  readonly clock: Clock;
  readonly random: Random;
  readonly os: OsPort;
  readonly options?: Partial<BoardOptions>;
  /** Called at every change of stage. */
  readonly onStage?: (status: BoardStatus) => void;
}

/** What the board hears of its machine. */
export interface MachineEvents {
  readonly wake: () => void;
  /** A frame with an 802.1Q tag came in. */
  readonly tagged: () => void;
  readonly changed: () => void;
  readonly reset: () => void;
}

const FIRST_PORT = 49152;
/** A boot asks for some 40 files; a Pi 4 that tries for ever must not fill the memory. */
const MAX_FILE_RECORDS = 500;

export class BoardMachine implements Machine {
  readonly identity: BoardIdentity;
  readonly options: BoardOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly nic: Nic;
  readonly phy: Phy;
  readonly digest = new FileDigest();
  readonly wake: () => void;
  readonly reset: () => void;
  counters: BoardCounters = noCounters();
  files: FileRecord[] = [];
  stage: BoardStage = 'off';
  since: number;
  reason = '';
  linkIsUp = false;
  bootCount = 0;
  readonly #os: OsPort;
  readonly #changed: () => void;
  #port = FIRST_PORT;
  #session: OsSession | undefined;

  constructor(parts: BoardParts, { wake, tagged, changed, reset }: MachineEvents) {
    this.identity = parts.identity;
    this.options = { ...DEFAULT_OPTIONS, ...parts.options };
    this.clock = parts.clock;
    this.random = parts.random;
    this.#os = parts.os;
    this.wake = wake;
    this.reset = reset;
    this.#changed = changed;
    this.since = parts.clock.now();
    this.nic = new Nic({ wire: parts.wire, mac: parts.identity.mac, counters: () => this.counters, onTagged: tagged });
    this.phy = {
      up: (ready) =>
        parts.phy.up(() => {
          this.linkIsUp = true;
          ready();
        }),
      down: () => {
        this.linkIsUp = false;
        parts.phy.down();
      },
    };
  }

  enter(stage: BoardStage, reason = ''): void {
    this.stage = stage;
    this.reason = reason;
    this.since = this.clock.now();
    this.#changed();
  }

  nextPort(): number {
    const port = this.#port;
    this.#port = port === 0xffff ? FIRST_PORT : port + 1;
    return port;
  }

  recordFile(record: FileRecord): void {
    if (this.files.length < MAX_FILE_RECORDS) this.files.push(record);
  }

  startOs(boot: OsBoot, events: OsEvents): void {
    let mine: OsSession | undefined;
    let early = true;
    // Events of a session that was killed, or that another one has followed, must not reach the board.
    const current = () => early || (mine !== undefined && mine === this.#session);
    mine = this.#os.boot(boot, {
      stage: (stage, detail) => current() && events.stage(stage, detail),
      failed: (reason) => current() && events.failed(reason),
      reboot: () => current() && events.reboot(),
    });
    early = false;
    this.#session = mine;
  }

  /** As after a reset: counters, ports and files start over. */
  restart(): void {
    const { framesIn, framesOut } = this.counters;
    this.counters = { ...noCounters(), framesIn, framesOut };
    this.files = [];
    this.#port = FIRST_PORT;
    this.bootCount++;
  }

  halt(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.kill();
    this.nic.stop();
    this.phy.down();
  }
}
