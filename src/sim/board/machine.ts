/** What the boot scripts of a board work with. The board itself provides it; scripts never reach further. */
import type { Clock } from '../../rack/clock.ts';
import type { BoardIdentity } from './identity.ts';
import type { Nic } from './nic.ts';
import type { BoardOptions } from './options.ts';
import type { OsBoot, OsEvents } from './os-port.ts';
import type { Random } from './random.ts';
import { forever, pause, type Script } from './script.ts';
import type { BoardCounters, BoardStage, FileRecord } from './status.ts';
import type { FileDigest } from './tftp/digest.ts';
import type { Phy } from './wire.ts';

export interface Machine {
  readonly identity: BoardIdentity;
  readonly options: BoardOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly nic: Nic;
  readonly phy: Phy;
  readonly digest: FileDigest;
  readonly counters: BoardCounters;
  readonly bootCount: number;
  /** Lets the script look again at what it waits for; needs no `this`. */
  readonly wake: () => void;
  /** A new stage; the reason says what it waits for, or why it is the last one. */
  enter(stage: BoardStage, reason?: string): void;
  /** A UDP port not used in this boot: from 49152 on, as the ROM counts (pi-boot §1.7). */
  nextPort(): number;
  recordFile(record: FileRecord): void;
  /** Hands over to the operating system; the board kills it with the power. */
  startOs(boot: OsBoot, events: OsEvents): void;
  /** From the ROM on, with power on all the time. */
  reset(): void;
}

/** Work that takes a real board `duration` milliseconds, at this board's speed. */
export function* work(machine: Machine, duration: number): Script {
  yield* pause(machine.clock, duration / machine.options.speed);
}

/** Stands still until the power is cut. */
export function* hang(machine: Machine, reason: string): Script<never> {
  machine.enter('hung', reason);
  return yield* forever();
}
