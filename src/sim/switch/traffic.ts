/** Counters of ports: what devices count since they were plugged in, made into what a port counts since the switch started. */
import type { Traffic } from './device.ts';

const KEYS = [
  'in',
  'out',
  'inPackets',
  'outPackets',
  'inErrors',
  'outErrors',
  'inDiscards',
  'outDiscards',
] as const satisfies readonly (keyof Traffic)[];

export type Counted = Record<(typeof KEYS)[number], number>;

export interface TrafficCounters {
  /** Of a device that counts for itself. */
  plugged(port: number, source: TrafficSource): void;
  unplugged(port: number): void;
  of(port: number): Counted;
  /** All counters start again. */
  restart(): void;
}

type TrafficSource = (() => Traffic) | undefined;

interface PortCounter {
  source: TrafficSource;
  /** Of devices that have gone. */
  kept: Counted;
  /** What the device had counted when this counter started. */
  base: Counted;
}

export function createTraffic(): TrafficCounters {
  const ports = new Map<number, PortCounter>();
  const at = (port: number): PortCounter => {
    const counter = ports.get(port) ?? { source: undefined, kept: each(() => 0), base: each(() => 0) };
    ports.set(port, counter);
    return counter;
  };
  const of = (port: number): Counted => {
    const { source, kept, base } = at(port);
    const now = read(source);
    // A device that counts anew has begun at 0.
    return each((key) => kept[key] + (now[key] >= base[key] ? now[key] - base[key] : now[key]));
  };
  return {
    plugged(port, source) {
      Object.assign(at(port), { source, base: read(source) });
    },
    unplugged(port) {
      Object.assign(at(port), { kept: of(port), source: undefined, base: each(() => 0) });
    },
    of,
    restart() {
      for (const counter of ports.values()) {
        counter.kept = each(() => 0);
        counter.base = read(counter.source);
      }
    },
  };
}

function each(value: (key: keyof Counted) => number): Counted {
  return {
    in: value('in'),
    out: value('out'),
    inPackets: value('inPackets'),
    outPackets: value('outPackets'),
    inErrors: value('inErrors'),
    outErrors: value('outErrors'),
    inDiscards: value('inDiscards'),
    outDiscards: value('outDiscards'),
  };
}

function read(source: TrafficSource): Counted {
  const traffic = source?.();
  return each((key) => traffic?.[key] ?? 0);
}
