import { describe, expect, it } from 'vitest';
import { millis, watts } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { createCounterReader } from '../../../src/switches/counters/read.ts';
import { withPower } from '../../../src/switches/counters/sample.ts';
import { DOT3_STATS, IF_COUNTERS } from '../../../src/switches/mib/port-counters.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import type { SnmpValue } from '../../../src/switches/snmp/value.ts';
import { type Access, WALK_LIMITS } from '../../../src/switches/tables.ts';
import { columnsSession } from '../discovery/columns-session.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../support/recording-session.ts';
import { c32, c64, sample } from './samples.ts';

const accessTo = (session: SnmpSession): Access => ({ session, clock: new VirtualClock(), limits: WALK_LIMITS });
const cell = (value: SnmpValue) => new Map([['7', value]]);
const number = (type: 'Integer32' | 'Counter32' | 'Gauge32' | 'TimeTicks', value: number) => cell({ type, value });

/** Remembers what was asked for. */
function watched(session: SnmpSession): { readonly session: SnmpSession; readonly asked: string[][] } {
  const asked: string[][] = [];
  const get: SnmpSession['get'] = (oids) => {
    asked.push([...oids]);
    return session.get(oids);
  };
  return { session: { ...session, get }, asked };
}

describe('the counters of a port', () => {
  const modern = columnsSession({
    '1.3.6.1.2.1.1.3': new Map([['0', { type: 'TimeTicks', value: 4_200 }]]),
    [IF_COUNTERS.ifOperStatus]: number('Integer32', 1),
    [IF_COUNTERS.ifHighSpeed]: number('Gauge32', 100),
    [IF_COUNTERS.ifSpeed]: number('Gauge32', 100_000_000),
    [IF_COUNTERS.ifInOctets]: number('Counter32', 5),
    [IF_COUNTERS.ifHCInOctets]: cell({ type: 'Counter64', value: 2n ** 40n }),
    [IF_COUNTERS.ifInErrors]: number('Counter32', 3),
    [DOT3_STATS.dot3StatsDuplexStatus]: number('Integer32', 2),
  });

  it('are read from the better column, with the time of the switch', async () => {
    const [port] = await createCounterReader(accessTo(modern)).read([{ port: 'gi7', ifIndex: 7 }]);
    expect(port).toMatchObject({
      port: 'gi7',
      link: 'up',
      speed: 100,
      duplex: 'half',
      upTime: { ticks: 4_200 },
      lastChange: undefined,
      counters: { inOctets: c64(2n ** 40n), inErrors: c32(3) },
    });
    expect(port?.counters).not.toHaveProperty('outOctets');
  });

  it('are asked for once where they are not there, until the switch starts anew', async () => {
    const { session, asked } = watched(modern);
    const reader = createCounterReader(accessTo(session));
    await reader.read([{ port: 'gi7', ifIndex: 7 }]);
    await reader.read([{ port: 'gi7', ifIndex: 7 }]);
    reader.forget();
    await reader.read([{ port: 'gi7', ifIndex: 7 }]);
    expect(asked.map((oids) => oids.length)).toEqual([17, 6, 17]);
    expect(asked[1]).not.toContain(`${IF_COUNTERS.ifInOctets}.7`);
  });

  it('are asked for again where a port said nothing at all', async () => {
    const { session, asked } = watched(columnsSession({}));
    const reader = createCounterReader(accessTo(session));
    for (let round = 0; round < 2; round += 1) await reader.read([{ port: '1', ifIndex: 1 }]);
    expect(asked.map((oids) => oids.length)).toEqual([17, 17]);
  });

  it('of one port are of one request, and no request is too long', async () => {
    const { session, asked } = watched(modern);
    const ports = Array.from({ length: 10 }, (_, n) => ({ port: String(n + 1), ifIndex: n + 1 }));
    expect((await createCounterReader(accessTo(session)).read(ports)).map(({ port }) => port)).toEqual(
      ports.map(({ port }) => port),
    );
    expect(asked.every((oids) => oids.length <= 40)).toBe(true);
    for (const { ifIndex } of ports) {
      expect(asked.filter((oids) => oids.some((oid) => oid.endsWith(`.${ifIndex}`)))).toHaveLength(1);
    }
  });

  it.each([
    [4_294_967_295, undefined],
    [100_000_000, 100],
  ])('have no speed where ifSpeed alone says %i', async (bits, speed) => {
    const old = columnsSession({ [IF_COUNTERS.ifSpeed]: number('Gauge32', bits) });
    expect((await createCounterReader(accessTo(old)).read([{ port: '7', ifIndex: 7 }]))[0]?.speed).toBe(speed);
  });

  it('get what the PoE row of the port says', () => {
    const power = {
      port: '1',
      row: '1.1',
      admin: true,
      detection: 'deliveringPower',
      powerClass: undefined,
      denied: 0,
      mpsAbsent: 4,
      overload: undefined,
      short: 1,
      invalidSignature: undefined,
      watts: watts(3.5),
      link: 'up',
    } as const;
    const merged = withPower(sample(0, { inOctets: c64(1) }, { delivering: undefined }), power);
    expect(merged).toMatchObject({ delivering: true, watts: 3.5 });
    expect(merged.counters).toEqual({ inOctets: c64(1), denied: c32(0), mpsAbsent: c32(4), short: c32(1) });
    expect(withPower(sample(0), undefined)).toEqual(sample(0));
  });
});

describeRecordings('the counters of recorded ports', () => {
  const read = async (name: string, port: string, ifIndex: number) => {
    const access = accessTo(recordingSession(await recordedSwitch(name)));
    return (await createCounterReader(access).read([{ port, ifIndex }]))[0];
  };

  it('Linksys: 64 bits, no frame check errors', async () => {
    expect(await read('linksys-lgs318p', 'gi14', 62)).toMatchObject({
      link: 'up',
      speed: 1_000,
      duplex: 'full',
      upTime: { ticks: 514_684_700 },
      lastChange: 337_695_340,
      discontinuity: 0,
      counters: {
        inOctets: c64(14_200_210_475),
        outOctets: c64(397_360_083_690),
        inErrors: c32(0),
        outDiscards: c32(0),
      },
    });
  });

  it('HP: ten gigabits, and frame check errors that are the interface errors', async () => {
    const port = await read('hp-6120xg', '17', 17);
    expect(port).toMatchObject({
      speed: 10_000,
      discontinuity: 2_507_276_521,
      counters: {
        inOctets: c64(140_460_455_328_463n),
        outOctets: c64(111_001_083_834_723n),
        inErrors: c32(107_365_325),
        fcsErrors: c32(107_365_327),
        alignmentErrors: c32(0),
      },
    });
  });

  it('Microsens: 32 bits only', async () => {
    const port = await read('microsens-g6', '1/5', 105);
    expect(port?.counters.inOctets?.bits).toBe(32);
    expect(port?.at).toBe(millis(0));
  });
});
