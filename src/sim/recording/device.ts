/** A switch that is a recording: it answers what the real one answered, and takes the writes that its overlays allow. */
import type { Clock } from '../../rack/clock.ts';
import type { Faults } from '../switch/faults.ts';
import { happens, noFaults } from '../switch/faults.ts';
import { STATUS } from '../switch/mib.ts';
import { compareArcs, parseOid } from '../switch/oid.ts';
import type { AgentAnswer, AgentRequest } from '../switch/requests.ts';
import { answerRequest, varbindOctets } from '../switch/requests.ts';
import { spoilt } from '../switch/spoilt.ts';
import type { RecordedMib } from './mib.ts';
import { RowMib } from './mib.ts';
import type { Overlay } from './overlay.ts';
import type { RecordedRow, Recording } from './recording.ts';

export interface RecordedDeviceOptions {
  readonly recording: Recording;
  readonly overlays?: readonly Overlay[];
  readonly clock: Clock;
  /** From 0 up to, not including, 1. Needed with faults that are a matter of chance. */
  readonly random?: () => number;
}

export interface RecordedDevice {
  readonly recording: Recording;
  readonly mib: RecordedMib;
  /** OIDs of the rows that no switch ever answered: an overlay made them up. */
  readonly synthetic: ReadonlySet<string>;
  /** May be turned at any time. */
  readonly faults: Faults;
  /** What the agent would answer, without a datagram. */
  answer(request: AgentRequest): AgentAnswer;
  /** The same before the `spoil` fault has its word, which the agent on UDP asks for itself. */
  respond(request: AgentRequest): AgentAnswer;
}

/** What SNMP and its security put around the varbinds of an answer, at most. */
const AROUND = 220;

export function recordedDevice(options: RecordedDeviceOptions): RecordedDevice {
  const { recording, clock, overlays = [], random = () => 0.5 } = options;
  const faults = noFaults();
  const made = syntheticRows(recording, overlays);
  const rows =
    made.length === 0 ? recording.rows : [...recording.rows, ...made].sort((a, b) => compareArcs(a.arcs, b.arcs));
  const writable = overlays.flatMap((overlay) => overlay.writable ?? []);
  const mib: RecordedMib = new RowMib(rows, writable, {
    written: (write) => {
      for (const { onWrite } of overlays) onWrite?.(write, behaviour);
    },
  });
  const behaviour = {
    mib,
    after: (delay: Parameters<Clock['after']>[0], run: () => void) => void clock.after(delay, run),
    denied: (port: number) => faults.denied.has(port),
  };
  faults.largestAnswer = Math.max(faults.largestAnswer, largestRow(rows) + AROUND);
  const respond = (request: AgentRequest): AgentAnswer => {
    if (request.kind !== 'set') return spoilt(request, answerRequest(mib, request), faults, random);
    const { varbinds } = request;
    if (happens(faults.refuseSet, random)) return { errorStatus: STATUS.genErr, errorIndex: 0, varbinds };
    if (varbinds.length > faults.mostVarbinds) return { errorStatus: STATUS.tooBig, errorIndex: 0, varbinds: [] };
    return answerRequest(mib, request, () => happens(faults.lyingSet, random));
  };
  return {
    recording,
    respond,
    mib,
    synthetic: new Set(made.map(({ oid }) => oid)),
    faults,
    answer(request) {
      const plain = respond(request);
      return faults.spoil?.(request, plain) ?? plain;
    },
  };
}

/** Octets of the largest row: a switch with port lists of two kilobytes sends answers that hold them. */
function largestRow(rows: readonly RecordedRow[]): number {
  let largest = 0;
  for (const { oid, tag: type, value } of rows) {
    if (Buffer.isBuffer(value) && value.length > largest) largest = varbindOctets({ oid, type, value });
  }
  return largest;
}

/** What was recorded stays as it is, and the first overlay that makes a row has made it. */
function syntheticRows(recording: Recording, overlays: readonly Overlay[]): RecordedRow[] {
  if (overlays.length === 0) return [];
  const taken = new Set(recording.rows.map(({ oid }) => oid));
  return overlays
    .flatMap(({ rows }) => rows?.(recording) ?? [])
    .filter(({ oid }) => !taken.has(oid) && taken.add(oid))
    .map((row) => ({ ...row, arcs: parseOid(row.oid) }));
}
