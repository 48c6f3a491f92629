/** From the readings of a switch's ports to rows for the store and findings for people. Pure. */
import { PI_MODELS } from '../../pi/models.ts';
import { isUp, type SlotState } from '../../rack/slot-state.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { PortCounted, PortReadingRow } from '../../store/ports.ts';
import {
  type Draw,
  diagnose,
  type FindingChange,
  HEALTHY,
  type PortHealth,
  usualWatts,
} from '../../switches/counters/diagnosis.ts';
import type { Observation } from '../../switches/counters/findings.ts';
import { bitsPerSecond, type PortDelta, portDelta, receiveErrors } from '../../switches/counters/rates.ts';
import type { PortSample } from '../../switches/counters/sample.ts';

export interface CountedPort {
  readonly sample: PortSample;
  readonly slot: SlotNumber | undefined;
  /** Undefined for a port without a slot. */
  readonly state: SlotState | undefined;
}

/** What is kept of a port from one reading to the next. */
export interface PortTrack {
  readonly sample: PortSample;
  readonly health: PortHealth;
  /** Power was on, and nobody was switching it. */
  readonly steady: boolean;
}

export interface Change extends FindingChange {
  readonly slot: SlotNumber | undefined;
  /** One sentence. */
  readonly sentence: string;
}

export interface Counted {
  readonly tracks: ReadonlyMap<string, PortTrack>;
  readonly rows: readonly PortReadingRow[];
  readonly changes: readonly Change[];
  readonly restarted: boolean;
}

export function countPorts(
  switchName: string,
  before: ReadonlyMap<string, PortTrack>,
  ports: readonly CountedPort[],
): Counted {
  const usual = usualWatts(ports.map(drawOf));
  const tracks = new Map<string, PortTrack>();
  const rows: PortReadingRow[] = [];
  const changes: Change[] = [];
  let restarted = false;
  for (const [place, port] of ports.entries()) {
    const { sample, slot } = port;
    const track = before.get(sample.port);
    const delta = track && portDelta(track.sample, sample);
    restarted ||= delta?.restarted === true;
    const steady = isSteady(port.state);
    let health = track?.health ?? HEALTHY;
    if (delta !== undefined) {
      const next = diagnose(health, observe(port, delta, usual[place], steady && track?.steady === true));
      health = next.health;
      const name = `port ${sample.port} of ${switchName}${slot === undefined ? '' : ` (slot ${slot})`}`;
      changes.push(...next.changes.map((change) => ({ ...change, slot, sentence: `${name} ${change.text}` })));
    }
    tracks.set(sample.port, { sample, health, steady });
    rows.push(rowOf(switchName, sample, delta, [...health.findings.values()]));
  }
  return { tracks, rows, changes, restarted };
}

/** Boards that are up and of one model draw alike. */
function drawOf({ sample, state }: CountedPort): Draw {
  const settled = state !== undefined && isSteady(state) && isUp(state) && sample.delivering === true;
  return { kind: state?.board.model ?? 'unknown', watts: settled ? sample.watts : undefined };
}

function isSteady(state: SlotState | undefined): boolean {
  return state?.wanted === 'on' && state.phase === 'settled' && !state.cycling && state.quarantine === undefined;
}

function observe(port: CountedPort, delta: PortDelta, usual: number | undefined, steady: boolean): Observation {
  const { sample, state } = port;
  const { counted } = delta;
  const draw = drawOf(port);
  return {
    at: sample.at,
    elapsed: delta.elapsed,
    receiveErrors: receiveErrors(delta),
    sendErrors: counted.outErrors,
    linkChanged: delta.linkChanged,
    up: sample.link === 'up',
    speed: sample.speed,
    duplex: sample.duplex,
    boardSpeed: state !== undefined && isUp(state) ? boardSpeed(state.board.model) : undefined,
    watts: draw.watts,
    usualWatts: usual,
    mpsAbsent: steady ? counted.mpsAbsent : undefined,
    overloads: overloads(delta),
  };
}

function boardSpeed(model: string | undefined): number | undefined {
  return PI_MODELS.find(({ name }) => name === model)?.nicMbps || undefined;
}

function overloads({ counted }: PortDelta): number | undefined {
  if (counted.overload === undefined && counted.short === undefined) return undefined;
  return (counted.overload ?? 0) + (counted.short ?? 0);
}

function rowOf(
  switchName: string,
  sample: PortSample,
  delta: PortDelta | undefined,
  findings: readonly string[],
): PortReadingRow {
  return {
    switch: switchName,
    port: sample.port,
    link: sample.link,
    speed: sample.speed,
    duplex: sample.duplex,
    delivering: sample.delivering,
    watts: sample.watts,
    inBitsPerSecond: delta && bitsPerSecond(delta, 'inOctets'),
    outBitsPerSecond: delta && bitsPerSecond(delta, 'outOctets'),
    findings,
    counted: delta && countedOf(delta),
  };
}

function countedOf(delta: PortDelta): PortCounted {
  const { counted } = delta;
  return {
    elapsed: delta.elapsed,
    inOctets: counted.inOctets,
    outOctets: counted.outOctets,
    receiveErrors: receiveErrors(delta),
    sendErrors: counted.outErrors,
    inDiscards: counted.inDiscards,
    outDiscards: counted.outDiscards,
    linkChanges: delta.linkChanged === undefined ? undefined : Number(delta.linkChanged),
    mpsAbsent: counted.mpsAbsent,
    denied: counted.denied,
    overloads: overloads(delta),
  };
}
