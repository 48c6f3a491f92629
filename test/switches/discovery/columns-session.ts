import { compareOids } from '../../../src/switches/snmp/oid.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import type { SnmpVarbind } from '../../../src/switches/snmp/value.ts';
import type { ColumnRows } from '../../../src/switches/snmp/walk.ts';

/** An agent that has these columns and nothing else. */
export function columnsSession(columns: Readonly<Record<string, ColumnRows>>): SnmpSession {
  const rows = Object.entries(columns)
    .flatMap(([column, cells]) =>
      [...cells].map(([index, value]): SnmpVarbind => ({ oid: `${column}.${index}`, ...value })),
    )
    .sort((a, b) => compareOids(a.oid, b.oid));
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  const end = (oid: string): SnmpVarbind => ({ oid, type: 'endOfMibView', value: null });
  return {
    counts,
    get: async (oids) => {
      counts.requests += 1;
      return oids.map((oid) => rows.find((row) => row.oid === oid) ?? { oid, type: 'noSuchInstance', value: null });
    },
    getBulk: async ({ nonRepeaters = [], columns: asked, maxRepetitions }) => {
      counts.requests += 1;
      const following = (oid: string) => rows.filter((row) => compareOids(row.oid, oid) > 0).slice(0, maxRepetitions);
      return {
        nonRepeaters: nonRepeaters.map((oid) => following(oid)[0] ?? end(oid)),
        columns: asked.map((oid) => {
          const found = following(oid);
          return found.length < maxRepetitions ? [...found, end(found.at(-1)?.oid ?? oid)] : found;
        }),
      };
    },
    set: async () => {
      throw new Error('these columns are not written');
    },
    close: () => {},
  };
}
