import type { Clock } from '../../../src/rack/clock.ts';
import { sleep } from '../../../src/rack/clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import type { AgentRequest, Varbind } from '../../../src/sim/switch/requests.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import type { Heard, SnmpOperation } from '../../../src/switches/snmp/errors.ts';
import { errorStatusName, SnmpErrorStatus, SnmpTimeout, silence } from '../../../src/switches/snmp/errors.ts';
import type { SessionLimits, SnmpSession, SnmpSet } from '../../../src/switches/snmp/session.ts';
import { DEFAULT_LIMITS } from '../../../src/switches/snmp/session.ts';
import { decodeVarbind } from '../../../src/switches/snmp/value.ts';

export interface DirectOptions {
  readonly clock: Clock;
  /** One way. */
  readonly latency?: number;
  readonly limits?: SessionLimits;
  /** Whether this message gets lost. */
  readonly lose?: (operation: SnmpOperation, which: 'request' | 'answer') => boolean;
}

/** Octets of a message around its varbinds. */
const AROUND = 100;

/** A session with a virtual switch that needs no socket, so that both live on the same virtual clock. */
export function directSession(device: VirtualSwitch, options: DirectOptions): SnmpSession {
  const { clock } = options;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  const heard: Heard & { reads: number; writes: number } = { reads: 0, writes: 0 };

  const exchange = async (operation: SnmpOperation, request: Partial<AgentRequest> & { varbinds: Varbind[] }) => {
    const limit = operation === 'set' ? limits.write : limits.read;
    counts.requests += 1;
    for (let attempt = 0; attempt <= limit.retries; attempt += 1) {
      const kind = operation;
      const room = device.faults.largestAnswer - AROUND;
      const full: AgentRequest = { nonRepeaters: 0, maxRepetitions: 0, mayWrite: true, room, ...request, kind };
      await sleep(clock, millis(options.latency ?? 1));
      const answer = options.lose?.(operation, 'request') ? undefined : device.exchange(full);
      if (answer && !options.lose?.(operation, 'answer')) {
        await sleep(clock, millis((options.latency ?? 1) + device.faults.slow * answer.varbinds.length));
        counts.answers += 1;
        heard[operation === 'set' ? 'writes' : 'reads'] += 1;
        if (answer.errorStatus === 0) return answer.varbinds;
        const oid = answer.varbinds[answer.errorIndex - 1]?.oid;
        throw new SnmpErrorStatus(operation, errorStatusName(answer.errorStatus), oid);
      }
      await sleep(clock, limit.timeout);
    }
    counts.timeouts += 1;
    const waited = millis((limit.retries + 1) * limit.timeout);
    throw new SnmpTimeout(operation, device.name, waited, limit.retries + 1, silence(operation, heard));
  };
  const ask = (oid: string): Varbind => ({ oid, type: TAG.Null, value: null });

  return {
    counts,
    get: async (oids) => (await exchange('get', { varbinds: oids.map(ask) })).map(decodeVarbind),
    async getBulk({ nonRepeaters = [], columns, maxRepetitions }) {
      const asked = {
        nonRepeaters: nonRepeaters.length,
        maxRepetitions,
        varbinds: [...nonRepeaters, ...columns].map(ask),
      };
      const flat = (await exchange('getBulk', asked)).map(decodeVarbind);
      const rows = flat.slice(nonRepeaters.length);
      return {
        nonRepeaters: flat.slice(0, nonRepeaters.length),
        columns: columns.map((_, place) => rows.filter((_, at) => at % columns.length === place)),
      };
    },
    set: async (varbinds: readonly SnmpSet[]) => {
      await exchange('set', { varbinds: varbinds.map(({ oid, type, value }) => ({ oid, type: TAG[type], value })) });
    },
    close: () => {},
  };
}
