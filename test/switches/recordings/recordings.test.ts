/** The project's code against recordings of real switches: does it see what was read off them by hand? */
import { expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { readFdb } from '../../../src/switches/discovery/fdb.ts';
import { readInterfaceTables } from '../../../src/switches/discovery/interfaces.ts';
import { readLldp } from '../../../src/switches/discovery/lldp.ts';
import { locate } from '../../../src/switches/discovery/locate.ts';
import type { Access } from '../../../src/switches/tables.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../support/recording-session.ts';
import type { Expected } from './expected/expected.ts';
import { EXPECTED } from './expected/index.ts';
import { namesOf } from './expected/names.ts';

const LIMITS = { varbinds: 50, rows: 100_000, deadline: millis(60_000) };

async function accessTo({ recording }: Expected): Promise<Access> {
  const session = recordingSession(await recordedSwitch(recording));
  return { session, clock: new VirtualClock(), limits: LIMITS };
}

const each = EXPECTED.map((expected) => [expected.recording, expected] as const);

describeRecordings('where the recorded switches heard whom', () => {
  it.each(each)('%s', async (_, expected) => {
    const access = await accessTo(expected);
    const tables = await readInterfaceTables(access);
    const { neighbours } = await readLldp(access, tables);
    const nameOf = (ifIndex: number | undefined) =>
      ifIndex === undefined ? undefined : tables.interfaces.get(ifIndex)?.label;
    const heardOn = neighbours.map(({ ifIndex, localPort }) => nameOf(ifIndex) ?? `#${localPort}`);
    const { lldp } = expected;
    if ('notRecorded' in lldp) expect(neighbours).toEqual([]);
    else {
      expect(neighbours).toHaveLength(lldp.neighbours);
      expect([...new Set(heardOn)].sort()).toEqual(namesOf(lldp.ports).sort());
    }

    const fdb = await readFdb(access);
    const { fdb: facts } = expected;
    if ('notRecorded' in facts) return expect(fdb.entries).toEqual([]);
    expect(fdb.source).toBe(facts.table === 'q-bridge' ? 'dot1qTpFdb' : 'dot1dTpFdb');
    if ('unusable' in facts) {
      expect(fdb.dropped).toEqual({ noPort: 0, notLearned: 0, malformed: facts.rows });
      return expect(fdb.entries).toEqual([]);
    }
    const { noPort, notLearned, malformed } = fdb.dropped;
    expect({ dropped: noPort + notLearned, malformed }).toEqual({
      dropped: Math.max(facts.portZero, facts.notLearned),
      malformed: 0,
    });
    const witnesses = neighbours.flatMap(({ macs, ifIndex }) =>
      ifIndex === undefined ? [] : macs.map((mac) => ({ mac, ifIndex })),
    );
    const located = locate(fdb, tables, witnesses);
    const perPort = new Map<string, Set<string>>();
    for (const { mac, ifIndex } of located.macs) {
      if (tables.interfaces.get(ifIndex)?.kind !== 'port') continue;
      const port = nameOf(ifIndex)!;
      perPort.set(port, (perPort.get(port) ?? new Set()).add(mac));
    }
    expect(Object.fromEntries([...perPort].map(([port, macs]) => [port, macs.size]))).toEqual(
      Object.fromEntries(
        Object.entries(facts.perPort).flatMap(([ports, macs]) => namesOf(ports).map((port) => [port, macs])),
      ),
    );
    expect(new Set([...perPort.values()].flatMap((macs) => [...macs])).size).toBe(facts.macs);
  });
});
