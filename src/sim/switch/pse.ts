/** Power sourcing equipment (IEEE 802.3 clause 33, as RFC 3621 shows it): which ports feed their device, and why not. */
import type { Clock, Timer } from '../../rack/clock.ts';
import type { Millis, Watts } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import type { Faults } from './faults.ts';

/** What is plugged into a port. The switch calls it; it never calls the switch. */
export interface PoweredDevice {
  powerOn(): void;
  powerOff(): void;
  /** What it draws now in watts; asked before power-on too, and then at least `startWatts` are set aside. */
  watts(): number;
  linkUp(): boolean;
  /** 0 to 4; 0 where it is not given. */
  readonly powerClass?: number;
  /** What the switch hears from it; undefined: nothing. */
  readonly mac?: Mac | undefined;
  /** Octets in and out of the port since the device was plugged in. */
  octets?(): { readonly in: number; readonly out: number };
}

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

export interface PsePort {
  admin: boolean;
  detection: number;
  device: PoweredDevice | undefined;
  mpsAbsent: number;
  denied: number;
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
}

export interface Pse {
  /** Ports are numbered from 1. */
  port(number: number): Readonly<PsePort>;
  setAdmin(number: number, on: boolean): void;
  attach(number: number, device: PoweredDevice): void;
  detach(number: number): void;
  devices(): Iterable<readonly [number: number, device: PoweredDevice]>;
  /** Watts of all ports, and of one. */
  consumption(): number;
  watts(number: number): number;
  /** Every device loses power at once; counters start again. Ports stay disabled until `start`. */
  cut(): void;
  /** All ports to their startup configuration. */
  start(admin: boolean): void;
}

export function createPse(options: PseOptions): Pse {
  const { clock, faults } = options;
  const ports = Array.from({ length: options.ports }, (): PsePort => {
    const counters = { mpsAbsent: 0, denied: 0 };
    return { admin: false, detection: DETECTION.disabled, device: undefined, timer: undefined, ...counters };
  });
  const at = (number: number): PsePort => {
    const port = ports[number - 1];
    if (!port) throw new RangeError(`this switch has ports 1 to ${ports.length}, not ${number}`);
    return port;
  };

  const later = (port: PsePort, delay: Millis, run: () => void) => {
    port.timer?.cancel();
    const stretched = delay * (1 + options.delays.jitter * options.random());
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
  const delivered = (port: PsePort) => (port.detection === DETECTION.deliveringPower ? draw(port) : 0);
  const consumption = () => ports.reduce((total, port) => total + delivered(port), 0);

  const search = (number: number, port: PsePort, delay: Millis) => {
    port.detection = DETECTION.searching;
    if (!port.device) return;
    later(port, delay, () => {
      const need = Math.max(draw(port), options.startWatts);
      if (faults.denied.has(number) || consumption() + need > options.budget) {
        port.denied += 1;
        search(number, port, options.delays.retry);
      } else if (faults.faulty.has(number)) {
        port.detection = DETECTION.fault;
      } else {
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
    if (port.detection === DETECTION.deliveringPower) {
      // Switched on again before the power went off: it never went off.
      if (!on) later(port, options.delays.off, () => release(port, DETECTION.disabled));
    } else if (on) search(number, port, options.delays.detect);
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
    port: at,
    setAdmin,
    attach(number, device) {
      detach(number);
      const port = at(number);
      port.device = device;
      if (port.admin) search(number, port, options.delays.detect);
    },
    detach,
    *devices() {
      for (const [place, { device }] of ports.entries()) if (device) yield [place + 1, device];
    },
    consumption,
    watts: (number) => delivered(at(number)),
    cut() {
      for (const port of ports) {
        stop(port);
        release(port, DETECTION.disabled);
        Object.assign(port, { admin: false, mpsAbsent: 0, denied: 0 });
      }
    },
    start(admin) {
      for (const number of ports.keys()) setAdmin(number + 1, admin);
    },
  };
}

/** A device cannot make the sum a nonsense. */
function draw(port: PsePort): number {
  const watts = port.device?.watts() ?? 0;
  return Number.isFinite(watts) && watts > 0 ? watts : 0;
}
