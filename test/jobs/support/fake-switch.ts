import type { Awaited, PortReading, PowerSwitch, Problem, SwitchPoll } from '../../../src/jobs/power-switch.ts';
import { type Clock, sleep } from '../../../src/rack/clock.ts';
import { type Millis, millis } from '../../../src/rack/units.ts';

interface FakePort {
  admin: boolean;
  detection: string;
  board: boolean;
  watts: number;
  powerClass: string | undefined;
  denied: number;
  /** The port gives up as soon as it would deliver. */
  faulty: boolean;
}

/** A switch in memory: ports come on and go off after a delay, and every set is written down. */
export class FakeSwitch implements PowerSwitch {
  readonly ports = new Map<string, FakePort>();
  readonly sets: { ports: readonly string[]; on: boolean; at: Millis }[] = [];
  readonly cycles: { ports: readonly string[]; seconds: number }[] = [];
  readonly #clock: Clock;
  delay: Millis;
  restarted = false;
  /** Every call fails with this. */
  broken: string | undefined;
  /** The next set is carried out, and its answer is lost. */
  losesAnswer = false;
  /** Ports whose set is accepted and ignored. */
  readonly deaf = new Set<string>();
  /** Watts that it has; a board that needs more than is left is denied. */
  supply = Number.POSITIVE_INFINITY;
  told: Partial<Pick<SwitchPoll, 'capacity' | 'consumption' | 'budgetBy' | 'wattsKind' | 'cycle'>> = {};

  constructor(clock: Clock, ports: readonly string[], delay: Millis) {
    this.#clock = clock;
    this.delay = delay;
    for (const port of ports) {
      const off = { admin: false, detection: 'disabled', board: true, watts: 4 };
      this.ports.set(port, { ...off, powerClass: undefined, denied: 0, faulty: false });
    }
  }

  get drawn(): number {
    return [...this.ports.values()].reduce(
      (sum, { detection, watts }) => sum + (detection === 'deliveringPower' ? watts : 0),
      0,
    );
  }

  async poll(): Promise<SwitchPoll> {
    if (this.broken !== undefined) throw new Error(this.broken);
    const restarted = this.restarted;
    this.restarted = false;
    const ports = [...this.ports].map(([port, state]): PortReading => {
      const { admin, detection, denied } = state;
      const fed = detection === 'deliveringPower';
      const powerClass = fed ? state.powerClass : undefined;
      return { port, admin, detection, denied, powerClass, watts: fed ? state.watts : 0 };
    });
    const silent = { capacity: undefined, consumption: undefined, cycle: undefined };
    return { ...silent, budgetBy: 'measured', wattsKind: 'measured', ...this.told, ports, restarted };
  }

  async waitFor(port: string, wanted: 'off' | 'dark' | 'delivering', limit: Millis): Promise<Awaited> {
    const began = this.#clock.monotonic();
    const { denied } = this.#port(port);
    for (;;) {
      const now = this.#port(port);
      const reading = { admin: now.admin, detection: now.detection };
      const end = (kind: Problem['kind'], text: string): Awaited => ({ reading, problem: { kind, text } });
      const there = (wanted === 'delivering') === (now.detection === 'deliveringPower');
      if (there && !(wanted === 'off' && now.admin)) return { reading, problem: undefined };
      if (wanted === 'delivering') {
        if (!now.admin) return end('off-again', `port ${port} was switched off again`);
        if (now.detection === 'fault') return end('fault', `port ${port} reads fault`);
        if (now.denied > denied) return end('denied', `port ${port} was denied power`);
      }
      if (this.#clock.monotonic() - began >= limit) {
        const text = `expected port ${port} to read ${wanted} within ${limit / 1000} s, it reads ${now.detection}`;
        return end('refused', text);
      }
      await sleep(this.#clock, millis(50));
    }
  }

  async set(ports: readonly string[], on: boolean): Promise<ReadonlyMap<string, Awaited>> {
    const silent = (text: string) =>
      new Map(ports.map((port) => [port, { reading: undefined, problem: { kind: 'silent', text } } as const]));
    if (this.broken !== undefined) return silent(this.broken);
    this.sets.push({ ports, on, at: this.#clock.monotonic() });
    const results = new Map<string, Awaited>();
    for (const port of ports) {
      const text = `expected port ${port} to read ${on ? 'on' : 'off'} after the set, it reads ${on ? 'off' : 'on'}`;
      const deaf = this.deaf.has(port);
      if (!deaf) this.press(port, on);
      const { admin, detection } = this.#port(port);
      results.set(port, { reading: { admin, detection }, problem: deaf ? { kind: 'refused', text } : undefined });
    }
    if (!this.losesAnswer) return results;
    this.losesAnswer = false;
    return silent('sw1 did not answer the SET');
  }

  async cycle(ports: readonly string[], seconds: number): Promise<ReadonlyMap<string, Problem>> {
    this.cycles.push({ ports, seconds });
    for (const port of ports) {
      const state = this.#port(port);
      this.#clock.after(this.delay, () => {
        state.detection = 'searching';
        this.#clock.after(millis(seconds * 1000), () => this.#detect(state));
      });
    }
    return new Map();
  }

  troubles(): readonly string[] {
    return [];
  }

  /** As somebody at the switch would. */
  press(port: string, on: boolean): void {
    const state = this.#port(port);
    const before = state.admin;
    state.admin = on;
    if (!on) this.#clock.after(this.delay, () => state.admin || Object.assign(state, { detection: 'disabled' }));
    else if (!before) {
      state.detection = 'searching';
      this.#clock.after(this.delay, () => this.#detect(state));
    }
  }

  /** All ports lose power at once and come back as the saved configuration says. */
  restart(admin: boolean): void {
    this.restarted = true;
    for (const [port, state] of this.ports) {
      Object.assign(state, { admin: false, detection: 'disabled', denied: 0 });
      if (admin) this.press(port, true);
    }
  }

  #detect(state: FakePort): void {
    if (!state.admin || state.detection === 'deliveringPower') return;
    if (state.faulty) state.detection = 'fault';
    else if (state.board && this.drawn + state.watts > this.supply) {
      state.denied += 1;
      this.#clock.after(millis(1_000), () => this.#detect(state));
    } else if (state.board) state.detection = 'deliveringPower';
  }

  #port(port: string): FakePort {
    const state = this.ports.get(port);
    if (state === undefined) throw new Error(`no port ${port}`);
    return state;
  }
}
