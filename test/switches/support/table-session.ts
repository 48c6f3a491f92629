import { SnmpErrorStatus } from '../../../src/switches/snmp/errors.ts';
import { compareOids, isBelow } from '../../../src/switches/snmp/oid.ts';
import type { SnmpSession, SnmpSet } from '../../../src/switches/snmp/session.ts';
import type { SnmpValue, SnmpVarbind } from '../../../src/switches/snmp/value.ts';

/** An agent of a few columns in memory, as strict about types as RFC 3416 is. */
export interface TableAgent {
  readonly session: SnmpSession;
  readonly values: Map<string, SnmpValue>;
  /** Every SET, as `oid=value` of each varbind. */
  readonly sets: string[][];
  /** Every OID that was asked for, by GET and GETBULK. */
  readonly asked: string[];
  /** The last word on a SET: throws, or changes what is stored. */
  onSet: (set: SnmpSet) => number | string | Buffer;
}

export function tableAgent(rows: Iterable<readonly [string, SnmpValue]>): TableAgent {
  const values = new Map(rows);
  const sets: string[][] = [];
  const asked: string[] = [];
  const sorted = () => [...values.keys()].sort(compareOids);
  const end = (oid: string): SnmpVarbind => ({ oid, type: 'endOfMibView', value: null });
  const session: SnmpSession = {
    counts: { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 },
    close() {},
    get: async (oids) => {
      asked.push(...oids);
      return oids.map((oid): SnmpVarbind => {
        const value = values.get(oid);
        return value ? { oid, ...value } : { oid, type: 'noSuchInstance', value: null };
      });
    },
    getBulk: async ({ columns, maxRepetitions }) => {
      asked.push(...columns);
      const all = sorted();
      const after = (column: string) => all.filter((oid) => compareOids(oid, column) > 0).slice(0, maxRepetitions);
      return {
        nonRepeaters: [],
        columns: columns.map((column) => {
          const found = after(column).map((oid): SnmpVarbind => ({ oid, ...values.get(oid)! }));
          return found.length > 0 ? found : [end(column)];
        }),
      };
    },
    set: async (varbinds) => {
      sets.push(varbinds.map(({ oid, value }) => `${oid}=${value}`));
      const done = varbinds.map((set) => {
        const before = values.get(set.oid);
        if (!before) throw new SnmpErrorStatus('set', 'noCreation', set.oid);
        if (before.type !== set.type) throw new SnmpErrorStatus('set', 'wrongType', set.oid);
        return [set.oid, { type: set.type, value: agent.onSet(set) } as SnmpValue] as const;
      });
      for (const [oid, value] of done) values.set(oid, value);
    },
  };
  const agent: TableAgent = { session, values, sets, asked, onSet: (set) => set.value };
  return agent;
}

/** The rows of one column. */
export function columnOf(
  oid: string,
  type: 'Integer32' | 'Gauge32' | 'Counter32',
  rows: Readonly<Record<string, number>>,
): [string, SnmpValue][] {
  return Object.entries(rows).map(([index, value]) => [`${oid}.${index}`, { type, value }]);
}

/** Whether anything below `root` was asked for. */
export function askedBelow(agent: TableAgent, root: string): boolean {
  return agent.asked.some((oid) => oid === root || isBelow(root, oid));
}
