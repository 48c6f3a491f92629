import { describe, expect, it } from 'vitest';
import { seconds, watts } from '../../src/rack/units.ts';
import { RFC3621_DRIVER } from '../../src/switches/drivers/rfc3621.ts';
import type { SwitchStatus } from '../../src/switches/poe.ts';
import type { QueueState } from '../../src/switches/queue.ts';
import { doubtSupply } from '../../src/switches/supply.ts';
import { switchTroubles } from '../../src/switches/troubles.ts';
import { plugIn, virtualRig } from './support/rig.ts';

const FINE: SwitchStatus = {
  queue: { running: undefined, waiting: [] },
  map: undefined,
  driver: RFC3621_DRIVER,
  warnings: [],
  reading: undefined,
};
const waits = (count: number, since: number): QueueState => ({
  running: { what: 'read all ports', since: seconds(since) },
  waiting: Array.from({ length: count }, () => ({ what: 'x', since: seconds(0), behind: 'read all ports' })),
});

describe('the troubles of a switch', () => {
  it.each([
    ['nothing', {}, []],
    [
      'a map that is not proven',
      { map: { refused: ['rule a: no', 'rule b: no'] } },
      ['switch psw1 is read and not written, for which port is which is not proven: rule a: no; rule b: no'],
    ],
    [
      'a family that is only read',
      { driver: { ...RFC3621_DRIVER, writes: { readOnly: 'no driver knows it' } } },
      ['switch psw1 is read and not written: no driver knows it'],
    ],
    ['a doubt', { warnings: ['the supply is odd'] }, ['switch psw1: the supply is odd']],
    ['a job that takes its time', { queue: waits(0, 200) }, []],
    ['jobs that wait a little', { queue: waits(15, 29) }, []],
    [
      'a job that waits long',
      { queue: waits(1, 30) },
      ['switch psw1 is slow: 1 job waits behind "read all ports", which began 30 s ago'],
    ],
    [
      'many jobs that wait',
      { queue: waits(16, 2) },
      ['switch psw1 is slow: 16 jobs wait behind "read all ports", which began 2 s ago'],
    ],
  ] as [string, Partial<SwitchStatus>, string[]][])('are told: %s', (_title, status, expected) => {
    expect(switchTroubles('psw1', { ...FINE, ...status })).toEqual(expected);
  });
});

const fed = (drawn: number | undefined) => ({
  detection: 'deliveringPower' as const,
  watts: drawn === undefined ? undefined : watts(drawn),
});

describe('what the supply reads', () => {
  it.each([
    // consumption, what its ports draw, whether it is doubted
    [12, [4, 4, 4], false],
    [18, [4, 4, 4], false],
    [21, [4, 4, 4], true],
    [12_000, [4, 4, 4], true],
    [3, [], false],
    [148_000, [], true],
    [undefined, [4], false],
    [12_000, [4, undefined], false],
    [0, [4, 4], false],
  ])('%s W beside ports of %j W is doubted: %s', (consumption, drawn, doubted) => {
    const main = { consumption: consumption === undefined ? undefined : watts(consumption), capacity: undefined };
    const doubt = doubtSupply(main, drawn.map(fed));
    expect(doubt !== undefined).toBe(doubted);
    if (doubted) expect(doubt).toMatch(/^the supply reads \d+ W and its ports together \d+ W: /);
  });

  it('is doubted in the status of a switch that tells it in milliwatts', async () => {
    const rig = virtualRig();
    plugIn(rig.device, [1, 2]);
    await rig.clock.advanceAsync(2_000);
    expect((await rig.settle(rig.poe.poll())).doubt).toBeUndefined();
    rig.device.faults.spoil = (_request, answer) => ({
      ...answer,
      varbinds: answer.varbinds.map((varbind) =>
        varbind.oid.startsWith('1.3.6.1.2.1.105.1.3.1.1.4.') ? { ...varbind, value: 8_000 } : varbind,
      ),
    });
    const reading = await rig.settle(rig.poe.poll());
    expect(reading.doubt).toContain('the supply reads 8000 W and its ports together 8 W');
    expect(rig.poe.status().warnings).toEqual([reading.doubt]);
  });
});
