/** Power sourcing equipment (IEEE 802.3 clause 33, as RFC 3621 shows it): which ports feed their device, and why not. */
import type { Clock, Timer } from '../../rack/clock.ts';
import type { Millis, Watts } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { PoweredDevice } from './device.ts';
import type { Faults } from './faults.ts';
import { classWatts } from './power-class.ts';

export type { PoweredDevice } from './device.ts';

export interface PseDelays {
  /** Admin off to power off. */
  readonly off: Millis;
  /** Admin on (or a device plugged in) to power on. */
  readonly detect: Millis;
  /** Between two tries to power a device for which there was no budget. */
  readonly retry: Millis;
  /** Each delay is stretched by up to this part of itself, at random. */
  readonly jitter: number;
}

/** pethPsePortDetectionStatus. */
export const DETECTION = Object.freeze({ disabled: 1, searching: 2, deliveringPower: 3, fault: 4 });

/** pethPsePortPowerPriority. */
export const PRIORITY = Object.freeze({ critical: 1, high: 2, low: 3 });

export interface PsePort {
  admin: boolean;
  detection: number;
  device: PoweredDevice | undefined;
  mpsAbsent: number;
  denied: number;
  overload: number;
  short: number;
  /** When it was switched off last. */
  offAt: number;
  timer: Timer | undefined;
}

export interface PseOptions {
  readonly ports: number;
  readonly budget: Watts;
  /** What a device counts with until it draws more. */
  readonly startWatts: Watts;
  readonly delays: PseDelays;
  readonly clock: Clock;
  readonly random: () => number;
  readonly faults: Faults;
  /** What counts against the budget: what devices draw, or what their class may draw. */
  readonly budgetBy?: 'measured' | 'allocated';
  /** Whether a port without budget takes it from ports of lower priority. */
  readonly preempts?: boolean;
  /** Watts that a port may draw; undefined: no limit. */
  readonly limit?: (port: number) => number | undefined;
  /** pethPsePortPowerPriority. */
  readonly priority?: (port: number) => number;
}

export interface Pse {
  /** May be changed at any time; what has power keeps it. */
  budget: Watts;
  /** Ports are numbered from 1. */
  port(number: number): Readonly<PsePort>;
  setAdmin(number: number, on: boolean): void;
  attach(number: number, device: PoweredDevice): void;
  detach(number: number): void;
  devices(): Iterable<readonly [number: number, device: PoweredDevice]>;
  /** Watts that all ports, and one, draw. */
  consumption(): number;
  watts(number: number): number;
  /** Watts that count against the budget, of all ports and of one. */
  spent(): number;
  allocated(number: number): number;
  /** Power off for so long, and on again; admin stays as it is. False where the port is not on. */
  cycle(number: number, off: Millis): boolean;
  /** Cuts ports that draw more than they may. Devices do not tell: it is looked at when somebody asks. */
  inspect(): void;
  /** Every device loses power at once; counters start again. Ports stay disabled until `start`. */
  cut(): void;
  /** All ports to their configuration. */
  start(admin: (port: number) => boolean): void;
}

export function createPse(options: PseOptions): Pse {
  const { clock, faults, delays, limit, priority = () => PRIORITY.low } = options;
  let { budget } = options;
  const numbers = Array.from({ length: options.ports }, (_, place) => place + 1);
  const counters = { mpsAbsent: 0, denied: 0, overload: 0, short: 0 };
  const never = Number.NEGATIVE_INFINITY;
  const ports = numbers.map(
    (): PsePort => ({
      admin: false,
      detection: DETECTION.disabled,
      device: undefined,
      offAt: never,
      timer: undefined,
      ...counters,
    }),
  );
  const at = (number: number): PsePort => {
    const port = ports[number - 1];
    if (!port) throw new RangeError(`this switch has ports 1 to ${ports.length}, not ${number}`);
    return port;
  };

  const later = (port: PsePort, delay: Millis, run: () => void) => {
    port.timer?.cancel();
    const stretched = delay * (1 + delays.jitter * options.random());
    port.timer = clock.after(millis(stretched), () => {
      port.timer = undefined;
      run();
    });
  };
  const stop = (port: PsePort) => {
    port.timer?.cancel();
    port.timer = undefined;
  };
  const release = (port: PsePort, detection: number) => {
    const fed = port.detection === DETECTION.deliveringPower;
    port.detection = detection;
    if (fed) port.device?.powerOff();
  };
  const feeds = (number: number) => at(number).detection === DETECTION.deliveringPower;
  /** Not one that is on its way off. */
  const isOn = (number: number) => feeds(number) && at(number).admin;
  const drawn = (number: number) => (feeds(number) ? draw(at(number)) : 0);
  const needed = (number: number) => {
    const most = classWatts(at(number).device?.powerClass);
    return options.budgetBy === 'allocated' ? Math.min(most, limit?.(number) ?? most) : draw(at(number));
  };
  const allocated = (number: number) => (feeds(number) ? needed(number) : 0);
  const total = (watts: (number: number) => number) => numbers.reduce((sum, number) => sum + watts(number), 0);

  /** Whether there is room, or has been made: ports of the lowest priority go first, the last of them before all others. */
  const findBudget = (number: number): boolean => {
    let missing = total(allocated) + Math.max(needed(number), options.startWatts) - budget;
    if (missing <= 0) return true;
    if (!options.preempts) return false;
    const victims: number[] = [];
    const below = numbers.filter((other) => isOn(other) && priority(other) > priority(number));
    for (const other of below.sort((a, b) => priority(b) - priority(a) || b - a)) {
      if (missing <= 0) break;
      victims.push(other);
      missing -= allocated(other);
    }
    if (missing > 0) return false;
    for (const other of victims) {
      at(other).denied += 1;
      release(at(other), DETECTION.searching);
      search(other, at(other), delays.retry);
    }
    return true;
  };
  const fail = (number: number, port: PsePort) => {
    release(port, DETECTION.fault);
    stop(port);
    if (faults.faultsHeal) later(port, delays.retry, () => search(number, port, delays.detect));
  };
  const search = (number: number, port: PsePort, delay: Millis) => {
    port.detection = DETECTION.searching;
    if (!port.device) return;
    later(port, delay, () => {
      if (faults.shorted.has(number)) {
        port.short += 1;
        fail(number, port);
      } else if (faults.denied.has(number) || !findBudget(number)) {
        port.denied += 1;
        search(number, port, delays.retry);
      } else if (faults.faulty.has(number)) fail(number, port);
      else {
        port.detection = DETECTION.deliveringPower;
        port.device?.powerOn();
      }
    });
  };

  const setAdmin = (number: number, on: boolean) => {
    const port = at(number);
    if (port.admin === on) return;
    port.admin = on;
    stop(port);
    const tooSoon = on && clock.monotonic() - port.offAt < faults.toggleFaults;
    if (!on) port.offAt = clock.monotonic();
    if (tooSoon) fail(number, port);
    else if (port.detection === DETECTION.deliveringPower) {
      // Switched on again before the power went off: it never went off.
      if (!on) later(port, delays.off, () => release(port, DETECTION.disabled));
    } else if (on) search(number, port, delays.detect);
    else port.detection = DETECTION.disabled;
  };

  const detach = (number: number) => {
    const port = at(number);
    if (port.detection === DETECTION.deliveringPower) port.mpsAbsent += 1;
    stop(port);
    release(port, port.admin ? DETECTION.searching : DETECTION.disabled);
    port.device = undefined;
  };

  return {
    get budget() {
      return budget;
    },
    set budget(watts) {
      budget = watts;
    },
    port: at,
    setAdmin,
    attach(number, device) {
      detach(number);
      const port = at(number);
      port.device = device;
      if (port.admin) search(number, port, delays.detect);
    },
    detach,
    *devices() {
      for (const number of numbers) {
        const { device } = at(number);
        if (device) yield [number, device];
      }
    },
    consumption: () => total(drawn),
    watts: drawn,
    spent: () => total(allocated),
    allocated,
    cycle(number, off) {
      const port = at(number);
      if (!port.admin) return false;
      stop(port);
      release(port, DETECTION.searching);
      later(port, off, () => search(number, port, delays.detect));
      return true;
    },
    inspect() {
      for (const number of numbers) {
        const most = limit?.(number);
        if (most === undefined || !isOn(number) || drawn(number) <= most) continue;
        at(number).overload += 1;
        fail(number, at(number));
      }
    },
    cut() {
      for (const port of ports) {
        stop(port);
        release(port, DETECTION.disabled);
        Object.assign(port, { admin: false, offAt: never, ...counters });
      }
    },
    start(admin) {
      for (const number of numbers) setAdmin(number, admin(number));
    },
  };
}

/** A device cannot make the sum a nonsense. */
function draw(port: PsePort): number {
  const watts = port.device?.watts() ?? 0;
  return Number.isFinite(watts) && watts > 0 ? watts : 0;
}
