/** Sessions with recorded switches that need no socket. The recordings are not part of the project. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { realClock } from '../../../src/net/real-clock.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import type { RecordedDevice } from '../../../src/sim/recording/device.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import type { Overlay } from '../../../src/sim/recording/overlay.ts';
import { loadRecording } from '../../../src/sim/recording/recording.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import type { AgentRequest, Varbind } from '../../../src/sim/switch/requests.ts';
import type { SnmpOperation } from '../../../src/switches/snmp/errors.ts';
import { errorStatusName, SnmpErrorStatus } from '../../../src/switches/snmp/errors.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import { decodeVarbind } from '../../../src/switches/snmp/value.ts';
import { describeWith } from '../../support/needs.ts';

export const RECORDINGS = fileURLToPath(new URL('../../../../shared/snmprec', import.meta.url));

/** A `describe` that is skipped, and says so, where the recordings are not. */
export const describeRecordings = describeWith({ files: [RECORDINGS] });

/** Names of all recordings without `.snmprec`; none where there are none. */
export function recordingNames(): string[] {
  try {
    return readdirSync(RECORDINGS)
      .filter((name) => name.endsWith('.snmprec'))
      .map((name) => name.slice(0, -'.snmprec'.length))
      .sort();
  } catch {
    return [];
  }
}

/** The switch of that recording, such as `huawei-s5720-56c-pwr`. */
export async function recordedSwitch(
  name: string,
  overlays: readonly Overlay[] = [],
  clock: Clock = realClock,
): Promise<RecordedDevice> {
  return recordedDevice({ recording: await loadRecording(`${RECORDINGS}/${name}.snmprec`), overlays, clock });
}

/** Speaks to the switch as net-snmp would over UDP: the same refusals, answers of the same size. Nothing takes time. */
export function recordingSession(device: RecordedDevice): SnmpSession {
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  const ask = (oid: string): Varbind => ({ oid, type: TAG.Null, value: null });
  const exchange = (kind: SnmpOperation, request: Partial<AgentRequest> & { varbinds: Varbind[] }) => {
    counts.requests += 1;
    const room = device.faults.largestAnswer - 80;
    const answer = device.answer({ nonRepeaters: 0, maxRepetitions: 0, mayWrite: true, room, ...request, kind });
    counts.answers += 1;
    if (answer.errorStatus === 0) return answer.varbinds.map(decodeVarbind);
    const oid = answer.varbinds[answer.errorIndex - 1]?.oid;
    throw new SnmpErrorStatus(kind, errorStatusName(answer.errorStatus), oid);
  };
  return {
    counts,
    get: async (oids) => exchange('get', { varbinds: oids.map(ask) }),
    async getBulk({ nonRepeaters = [], columns, maxRepetitions }) {
      const varbinds = [...nonRepeaters, ...columns].map(ask);
      const flat = exchange('getBulk', { nonRepeaters: nonRepeaters.length, maxRepetitions, varbinds });
      const rows = flat.slice(nonRepeaters.length);
      return {
        nonRepeaters: flat.slice(0, nonRepeaters.length),
        columns: columns.map((_, place) => rows.filter((_, at) => at % columns.length === place)),
      };
    },
    set: async (varbinds) => {
      exchange('set', { varbinds: varbinds.map(({ oid, type, value }) => ({ oid, type: TAG[type], value })) });
    },
    close: () => {},
  };
}
