import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { SnmpErrorStatus, SnmpWalkFailed } from '../../../src/switches/snmp/errors.ts';
import { compareOids } from '../../../src/switches/snmp/oid.ts';
import type { BulkRequest, SnmpSession } from '../../../src/switches/snmp/session.ts';
import type { SnmpVarbind } from '../../../src/switches/snmp/value.ts';
import { getAll, walkColumns } from '../../../src/switches/snmp/walk.ts';

const LIMITS = { varbinds: 20, rows: 100, deadline: millis(1_000) };
const clock = new VirtualClock();

const integer = (oid: string, value = 1): SnmpVarbind => ({ oid, type: 'Integer32', value });
const end = (oid: string): SnmpVarbind => ({ oid, type: 'endOfMibView', value: null });

function session(getBulk: (request: BulkRequest) => readonly (readonly SnmpVarbind[])[]): SnmpSession {
  const never = () => Promise.reject(new Error('not expected'));
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  return {
    get: never,
    set: never,
    close() {},
    counts,
    getBulk: async (request) => ({ nonRepeaters: [], columns: getBulk(request) }),
  };
}

/** An honest agent over sorted OIDs that puts at most `room` varbinds into an answer. */
function agent(oids: readonly string[], room = 1_000, requests: BulkRequest[] = []): SnmpSession {
  return session((request) => {
    requests.push(request);
    const columns: SnmpVarbind[][] = request.columns.map(() => []);
    let cursors = [...request.columns];
    let left = room;
    for (let row = 0; row < request.maxRepetitions; row += 1) {
      for (const [place, cursor] of cursors.entries()) {
        if (left === 0) return columns;
        left -= 1;
        const next = oids.find((oid) => compareOids(oid, cursor) > 0);
        columns[place]!.push(next === undefined ? end(cursor) : integer(next));
        cursors = cursors.with(place, next ?? cursor);
      }
    }
    return columns;
  });
}

async function walk(from: SnmpSession, ...columns: string[]): Promise<Record<string, string[]>> {
  const found = await walkColumns(from, columns, LIMITS, clock);
  return Object.fromEntries([...found].map(([column, rows]) => [column, [...rows.keys()]]));
}

const failure = (from: SnmpSession, ...columns: string[]) =>
  walkColumns(from, columns, LIMITS, clock).then(
    () => 'no failure',
    (error: unknown) => (error instanceof SnmpWalkFailed ? error.reason : error),
  );

describe('a walk', () => {
  const table = ['1.3.1.1.1', '1.3.1.1.2', '1.3.1.2.1', '1.3.1.2.2', '1.3.1.3.9', '1.4.1'];

  it('takes each column to its own end', async () => {
    expect(await walk(agent(table), '1.3.1.1', '1.3.1.2', '1.4')).toEqual({
      '1.3.1.1': ['1', '2'],
      '1.3.1.2': ['1', '2'],
      '1.4': ['1'],
    });
  });

  it('finds a column empty that the agent has not', async () => {
    expect(await walk(agent(table), '1.3.1.1', '1.3.7', '1.9')).toEqual({
      '1.3.1.1': ['1', '2'],
      '1.3.7': [],
      '1.9': [],
    });
  });

  it('finds what the agent has, however its answers are cut', async () => {
    const arcs = fc.integer({ min: 1, max: 4 });
    const rows = fc.uniqueArray(fc.tuple(arcs, fc.integer({ min: 1, max: 40 })), { selector: String, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        async (cells, room, varbinds) => {
          const oids = cells.map(([column, row]) => `1.3.${column}.${row}`).sort(compareOids);
          const columns = ['1.3.1', '1.3.2', '1.3.3'];
          const found = await walkColumns(agent(oids, room), columns, { ...LIMITS, varbinds }, clock);
          for (const column of columns) {
            const expected = oids
              .filter((oid) => oid.startsWith(`${column}.`))
              .map((oid) => oid.slice(column.length + 1));
            expect([...found.get(column)!.keys()]).toEqual(expected);
          }
        },
      ),
    );
  });

  it('asks for no more varbinds than it may', async () => {
    const requests: BulkRequest[] = [];
    const many = Array.from({ length: 60 }, (_, row) => `1.3.1.${row + 1}`);
    await walk(agent(many, 1_000, requests), '1.3.1', '1.3.2');
    for (const { columns, maxRepetitions } of requests) expect(columns.length * maxRepetitions).toBeLessThanOrEqual(20);
  });

  it('fails on an agent that repeats an OID', async () => {
    expect(
      await failure(
        session(() => [[integer('1.3.1.1'), integer('1.3.1.1')]]),
        '1.3.1',
      ),
    ).toBe('not-increasing');
    expect(
      await failure(
        session(() => [[integer('1.3.1.5')]]),
        '1.3.1',
      ),
    ).toBe('not-increasing');
  });

  it('fails on an agent that goes back', async () => {
    expect(
      await failure(
        session(() => [[integer('1.3.1.2'), integer('1.3.1.1')]]),
        '1.3.1',
      ),
    ).toBe('not-increasing');
    expect(
      await failure(
        session(() => [[integer('1.2.9.9')]]),
        '1.3.1',
      ),
    ).toBe('not-increasing');
  });

  it('fails on an empty answer: a part of a table looks like a whole one', async () => {
    const answers = [[[integer('1.3.1.1')]], [[]]];
    expect(
      await failure(
        session(() => answers.shift()!),
        '1.3.1',
      ),
    ).toBe('empty-answer');
  });

  it('fails on a table without end', async () => {
    const endless = session(({ columns: [at] }) => {
      const from = Number(at!.split('.')[3] ?? 0);
      return [Array.from({ length: 10 }, (_, row) => integer(`1.3.1.${from + row + 1}`))];
    });
    expect(await failure(endless, '1.3.1')).toBe('too-many-rows');
  });

  it('fails when its time is over', async () => {
    const slow = new VirtualClock();
    const from = session(({ columns: [at] }) => {
      slow.advance(300);
      return [[integer(`1.3.1.${Number(at!.split('.')[3] ?? 0) + 1}`)]];
    });
    await expect(walkColumns(from, ['1.3.1'], LIMITS, slow)).rejects.toThrow('not done in 1200 ms, after 4 rows');
  });

  it('asks for half as much after tooBig, down to one row of one column', async () => {
    const oids = Array.from({ length: 12 }, (_, row) => [`1.3.1.${row + 1}`, `1.3.2.${row + 1}`]).flat();
    oids.sort(compareOids);
    const sizes: number[] = [];
    const inner = agent(oids);
    const picky = session((request) => {
      sizes.push(request.columns.length * request.maxRepetitions);
      if (request.columns.length * request.maxRepetitions > 1)
        throw new SnmpErrorStatus('getBulk', 'tooBig', undefined);
      return [[integer(oids.find((oid) => compareOids(oid, request.columns[0]!) > 0) ?? '2.1')]];
    });
    expect(await walk(picky, '1.3.1', '1.3.2')).toEqual(await walk(inner, '1.3.1', '1.3.2'));
    expect(sizes.slice(0, 6)).toEqual([20, 10, 4, 2, 2, 1]);
    const never = session(() => {
      throw new SnmpErrorStatus('getBulk', 'tooBig', undefined);
    });
    expect(await failure(never, '1.3.1')).toBe('too-big');
  });

  it('passes other errors on', async () => {
    const broken = session(() => {
      throw new SnmpErrorStatus('getBulk', 'genErr', '1.3.1.1');
    });
    await expect(walkColumns(broken, ['1.3.1'], LIMITS, clock)).rejects.toThrow(
      'getBulk failed with genErr at 1.3.1.1',
    );
  });
});

describe('getAll', () => {
  const getting = (most: number, sizes: number[]): SnmpSession => ({
    ...session(() => []),
    get: async (oids) => {
      sizes.push(oids.length);
      if (oids.length > most) throw new SnmpErrorStatus('get', 'tooBig', undefined);
      return oids.map((oid) => integer(oid));
    },
  });
  const wanted = Array.from({ length: 25 }, (_, place) => `1.3.${place + 1}`);

  it('asks in parts, in order', async () => {
    const sizes: number[] = [];
    expect((await getAll(getting(100, sizes), wanted, 10)).map(({ oid }) => oid)).toEqual(wanted);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('halves its parts after tooBig, and gives up at one', async () => {
    const sizes: number[] = [];
    expect((await getAll(getting(3, sizes), wanted, 10)).map(({ oid }) => oid)).toEqual(wanted);
    expect(sizes.slice(0, 4)).toEqual([10, 5, 3, 3]);
    await expect(getAll(getting(0, []), wanted, 10)).rejects.toThrow('tooBig');
  });
});
