import type { PoweredDevice } from '../../../src/sim/switch/pse.ts';

/** A board that is up as soon as it has power, and counts how often it got and lost it. */
export class TestBoard implements PoweredDevice {
  powered = false;
  timesOn = 0;
  timesOff = 0;
  draws = 4;
  readonly powerClass = 3;

  powerOn(): void {
    this.powered = true;
    this.timesOn += 1;
  }

  powerOff(): void {
    this.powered = false;
    this.timesOff += 1;
  }

  watts(): number {
    return this.powered ? this.draws : 0;
  }

  linkUp(): boolean {
    return this.powered;
  }

  octets() {
    return { in: this.timesOn * 1000, out: this.timesOff };
  }
}
