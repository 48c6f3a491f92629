/** Who has said over LLDP (IEEE 802.1AB) that it is at the other end of a port. */
import type { Mac } from '../../wire/address.ts';
import type { Moment } from './moment.ts';
import type { PoweredDevice } from './pse.ts';

/** What a system says of itself. */
export interface LldpSystem {
  /** Chassis ID and port ID, both as MAC addresses. */
  readonly chassis: Mac;
  readonly port: Mac;
  readonly portDescr: string;
  readonly sysName: string;
  readonly sysDescr: string;
}

export interface Neighbour {
  /** The switch's own number. */
  readonly port: number;
  readonly system: LldpSystem;
  /** Hundredths of a second after the switch started, when it was first heard. */
  readonly timeMark: number;
  /** lldpRemIndex. */
  readonly index: number;
}

export interface NeighboursOptions {
  readonly devices: () => Iterable<readonly [port: number, device: PoweredDevice]>;
  /** Beyond the uplinks. */
  readonly uplinks: ReadonlyMap<number, LldpSystem>;
  readonly upTime: () => number;
  readonly moment: Moment;
}

export interface Neighbours {
  /** Another number whenever one has come, gone or changed. */
  version(): number;
  all(): Iterable<Neighbour>;
  clear(): void;
}

export function createNeighbours(options: NeighboursOptions): Neighbours {
  const known = new Map<number, Neighbour>();
  let seen = -1;
  let version = 0;
  let last = 0;

  const hear = (port: number, system: LldpSystem) => {
    const before = known.get(port);
    if (before && same(before.system, system)) return;
    version += 1;
    // A mark of 0 would be one of the beginning of time, which no neighbour is from.
    const timeMark = before?.timeMark ?? Math.max(1, Math.floor(options.upTime()));
    last += before ? 0 : 1;
    known.set(port, { port, system, timeMark, index: before?.index ?? last });
  };

  const observe = () => {
    const mark = options.moment.mark();
    if (mark === seen) return;
    seen = mark;
    const speaking = new Map(options.uplinks);
    for (const [port, device] of options.devices()) {
      const system = device.linkUp() ? device.lldp?.() : undefined;
      if (system) speaking.set(port, system);
    }
    for (const port of known.keys()) if (!speaking.has(port) && known.delete(port)) version += 1;
    for (const [port, system] of speaking) hear(port, system);
  };

  return {
    version() {
      observe();
      return version;
    },
    all() {
      observe();
      return known.values();
    },
    clear() {
      known.clear();
      last = 0;
      version += 1;
      options.moment.touch();
    },
  };
}

function same(a: LldpSystem, b: LldpSystem): boolean {
  return (
    a.chassis === b.chassis &&
    a.port === b.port &&
    a.portDescr === b.portDescr &&
    a.sysName === b.sysName &&
    a.sysDescr === b.sysDescr
  );
}
