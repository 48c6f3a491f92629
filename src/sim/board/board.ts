/** A virtual Raspberry Pi: power, link, frames in and out, and the script that it runs while power is on. */
import { slotNumber, type Watts } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { Traffic } from '../switch/device.ts';
import { BoardMachine, type BoardParts } from './board-machine.ts';
import { bootPi3 } from './boot/pi3.ts';
import { bootPi4 } from './boot/pi4.ts';
import type { CountedWire } from './counted-wire.ts';
import { countedWire } from './counted-wire.ts';
import type { BoardIdentity } from './identity.ts';
import { hang } from './machine.ts';
import { powerDraw } from './power-draw.ts';
import { ScriptRunner } from './script.ts';
import type { BoardStage, BoardStatus } from './status.ts';

export type { BoardParts };

/** Until Linux runs, a tagged frame kills a 3B (pi-boot §1.11: told by people who ran a rack, not documented). */
const TAG_SENSITIVE: ReadonlySet<BoardStage> = new Set([
  'rom-dhcp',
  'rom-tftp',
  'bootcode-dhcp',
  'bootcode-tftp',
  'firmware-tftp',
]);

export class VirtualBoard {
  readonly identity: BoardIdentity;
  readonly #runner: ScriptRunner;
  readonly #machine: BoardMachine;
  readonly #wire: CountedWire;
  #powered = false;

  constructor(parts: BoardParts) {
    this.identity = parts.identity;
    this.#runner = new ScriptRunner(parts.clock);
    this.#wire = countedWire(parts.wire);
    this.#machine = new BoardMachine(
      { ...parts, wire: this.#wire },
      {
        wake: () => this.#runner.wake(),
        tagged: () => this.#tagged(),
        changed: () => parts.onStage?.(this.status()),
        reset: () => this.reboot(),
      },
    );
  }

  get mac(): Mac {
    return this.identity.mac;
  }

  /** Megabits a second: a 3B has a fast Ethernet port, all others a gigabit one. */
  linkMbps(): number {
    return this.identity.model === '3B' ? 100 : 1_000;
  }

  /** What has gone over its wire, as the switch counts it. */
  octets(): Traffic {
    return this.#wire.traffic();
  }

  /** Power arrives: the ROM starts. Nothing happens on a board that has power. */
  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#start();
  }

  /** Power is gone: everything stops, and nothing that the board was doing is remembered. */
  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#stop();
    this.#machine.enter('off', '');
  }

  /** What a guest's `reboot` does: the same from the ROM on, with power on all the time. */
  reboot(): void {
    if (!this.#powered) return;
    this.#stop();
    this.#start();
  }

  /** A broken processor or a panic without a way out: it draws power and is silent until the power is cut. */
  hang(): void {
    if (!this.#powered) return;
    this.#stop();
    this.#runner.start(hang(this.#machine, 'stopped from outside'));
  }

  watts(): Watts {
    return powerDraw(this.identity.model, this.#machine.stage);
  }

  linkUp(): boolean {
    return this.#machine.linkIsUp;
  }

  status(): BoardStatus {
    const { model, mac, serial8, revision, slot } = this.identity;
    const machine = this.#machine;
    return {
      slot: slotNumber(slot),
      model,
      mac,
      serial: serial8,
      revision: revision.toString(16),
      powered: this.#powered,
      stage: machine.stage,
      since: machine.since,
      reason: machine.reason,
      linkUp: machine.linkIsUp,
      watts: this.watts(),
      bootCount: machine.bootCount,
      address: machine.nic.address === '0.0.0.0' ? '' : machine.nic.address,
      counters: { ...machine.counters },
      files: [...machine.files],
    };
  }

  #start(): void {
    this.#machine.restart();
    this.#runner.start(this.identity.model === '4B' ? bootPi4(this.#machine) : bootPi3(this.#machine));
  }

  #stop(): void {
    this.#runner.stop();
    this.#machine.halt();
  }

  #tagged(): void {
    if (this.identity.model !== '3B' || !TAG_SENSITIVE.has(this.#machine.stage)) return;
    this.#machine.nic.reset();
    this.#runner.start(hang(this.#machine, 'a frame with an 802.1Q tag came in: the boot ROM crashed'));
  }
}
