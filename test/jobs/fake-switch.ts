import type { PortReading, PowerSwitch } from '../../src/jobs/switch-pump.ts';
import type { Clock } from '../../src/rack/clock.ts';
import { type Millis, millis } from '../../src/rack/units.ts';

/** A switch in memory: ports come on and go off after a delay, and every set is written down. */
export class FakeSwitch implements PowerSwitch {
  readonly ports = new Map<string, { admin: boolean; detection: string; board: boolean; watts: number }>();
  readonly sets: { ports: readonly string[]; on: boolean; at: Millis }[] = [];
  readonly #clock: Clock;
  delay: Millis;
  up: Millis = millis(1_000_000);
  /** The next calls fail with this. */
  broken: string | undefined;
  /** Ports whose set is accepted and ignored. */
  readonly deaf = new Set<string>();

  constructor(clock: Clock, ports: readonly string[], delay: Millis) {
    this.#clock = clock;
    this.delay = delay;
    for (const port of ports) this.ports.set(port, { admin: false, detection: 'disabled', board: true, watts: 4 });
  }

  async read(ports?: readonly string[]): Promise<readonly PortReading[]> {
    if (this.broken !== undefined) throw new Error(this.broken);
    return [...this.ports]
      .filter(([port]) => ports === undefined || ports.includes(port))
      .map(([port, state]) => ({
        port,
        admin: state.admin,
        detection: state.detection,
        watts: state.detection === 'deliveringPower' ? state.watts : 0,
      }));
  }

  async upTime(): Promise<Millis> {
    return this.up;
  }

  async setAdmin(ports: readonly string[], on: boolean): Promise<ReadonlyMap<string, string>> {
    if (this.broken !== undefined) throw new Error(this.broken);
    this.sets.push({ ports, on, at: this.#clock.monotonic() });
    const refused = new Map<string, string>();
    for (const port of ports) {
      if (this.deaf.has(port))
        refused.set(
          port,
          `expected port ${port} to read ${on ? 'on' : 'off'} after the set, it reads ${on ? 'off' : 'on'}`,
        );
      else this.press(port, on);
    }
    return refused;
  }

  /** As somebody at the switch would. */
  press(port: string, on: boolean): void {
    const state = this.ports.get(port);
    if (state === undefined) throw new Error(`no port ${port}`);
    state.admin = on;
    if (on) state.detection = 'searching';
    this.#clock.after(this.delay, () => {
      if (state.admin === on) state.detection = on ? (state.board ? 'deliveringPower' : 'searching') : 'disabled';
    });
  }
}
