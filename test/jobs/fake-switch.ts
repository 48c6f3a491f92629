import type { Awaited, PortReading, PowerSwitch } from '../../src/jobs/switch-pump.ts';
import { type Clock, sleep } from '../../src/rack/clock.ts';
import { type Millis, millis } from '../../src/rack/units.ts';

/** A switch in memory: ports come on and go off after a delay, and every set is written down. */
export class FakeSwitch implements PowerSwitch {
  readonly ports = new Map<string, { admin: boolean; detection: string; board: boolean; watts: number }>();
  readonly sets: { ports: readonly string[]; on: boolean; at: Millis }[] = [];
  readonly #clock: Clock;
  delay: Millis;
  restarted = false;
  /** The next calls fail with this. */
  broken: string | undefined;
  /** The next set is carried out, and its answer is lost. */
  losesAnswer = false;
  /** Ports whose set is accepted and ignored. */
  readonly deaf = new Set<string>();

  constructor(clock: Clock, ports: readonly string[], delay: Millis) {
    this.#clock = clock;
    this.delay = delay;
    for (const port of ports) this.ports.set(port, { admin: false, detection: 'disabled', board: true, watts: 4 });
  }

  async poll() {
    if (this.broken !== undefined) throw new Error(this.broken);
    const restarted = this.restarted;
    this.restarted = false;
    const ports = [...this.ports].map(([port, state]): PortReading => {
      const { admin, detection } = state;
      return { port, admin, detection, watts: detection === 'deliveringPower' ? state.watts : 0 };
    });
    return { ports, restarted };
  }

  async waitFor(port: string, wanted: 'off' | 'delivering', limit: Millis): Promise<Awaited> {
    const began = this.#clock.monotonic();
    for (;;) {
      const { admin, detection } = this.ports.get(port) ?? { admin: false, detection: 'disabled' };
      const reading = { admin, detection };
      if ((wanted === 'delivering') === (detection === 'deliveringPower')) return { reading, problem: undefined };
      if (this.#clock.monotonic() - began >= limit) {
        return {
          reading,
          problem: `expected port ${port} to read ${wanted} within ${limit / 1000} s, it reads ${detection}`,
        };
      }
      await sleep(this.#clock, millis(50));
    }
  }

  async set(ports: readonly string[], on: boolean): Promise<ReadonlyMap<string, string>> {
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
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new Error('sw1 did not answer the SET');
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
