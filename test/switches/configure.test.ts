import { describe, expect, it } from 'vitest';
import { millis, watts } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import type { PortSettings, SettingsBackend, SettingsChange } from '../../src/switches/backend.ts';
import { configureRows } from '../../src/switches/configure.ts';
import type { SwitchDriver } from '../../src/switches/drivers/driver.ts';
import { RFC3621_DRIVER } from '../../src/switches/drivers/rfc3621.ts';
import type { WritableRow } from '../../src/switches/guard.ts';
import { virtualRig } from './support/rig.ts';

const as = (driver: Partial<SwitchDriver>) => ({
  chooseDriver: () => Promise.resolve({ ...RFC3621_DRIVER, ...driver }),
});

describe('configuring ports', () => {
  it('writes the priority and reads it back', async () => {
    const rig = virtualRig();
    expect(await rig.settle(rig.poe.configure(['2', '3'], { priority: 'critical' }))).toEqual([
      { port: '2', settings: { priority: 'critical', limit: undefined }, error: undefined },
      { port: '3', settings: { priority: 'critical', limit: undefined }, error: undefined },
    ]);
    expect(await rig.settle(rig.poe.configure(['1', '2'], {}))).toMatchObject([
      { settings: { priority: 'low' } },
      { settings: { priority: 'critical' } },
    ]);
  });

  it('refuses what the switch does not have, before anything is written', async () => {
    const rig = virtualRig();
    let sets = 0;
    rig.device.faults.spoil = (request, answer) => {
      if (request.kind === 'set') sets += 1;
      return answer;
    };
    const refused = rig.poe.configure(['1'], { priority: 'high', limit: watts(10) });
    await expect(rig.settle(refused)).rejects.toThrow(
      'port 1 is not written: no limit per port of a switch with RFC 3621 is known',
    );
    expect(sets).toBe(0);
  });

  it('and everything on a switch that is only read, or has no such thing', async () => {
    const readOnly = virtualRig({}, as({ writes: { readOnly: 'nobody knows it' } }));
    await expect(readOnly.settle(readOnly.poe.configure(['1'], { priority: 'high' }))).rejects.toThrow(
      'nobody knows it',
    );
    await expect(readOnly.settle(readOnly.poe.set(['1'], false))).rejects.toThrow('nobody knows it');
    expect(await readOnly.settle(readOnly.poe.read())).toHaveLength(8);
    const cycling = virtualRig();
    await expect(cycling.settle(cycling.poe.cycle(['1'], 5))).rejects.toThrow('has no power cycle of its own');
  });
});

describe('two settings at once', () => {
  const row = '1.1' as WritableRow;
  function memory(stuck?: SettingsChange['what']) {
    let now: PortSettings = { priority: 'low', limit: watts(30) };
    const settings: SettingsBackend = {
      read: async (rows) => new Map(rows.map((one) => [one, now])),
      write: async (rows, change) => {
        if (change.what !== stuck)
          now = change.what === 'priority' ? { ...now, priority: change.priority } : { ...now, limit: change.limit };
        return new Map(rows.map((one) => [one, 'answered']));
      },
      refusal: () => undefined,
      rounded: (limit) => watts(Math.floor(limit)),
    };
    return settings;
  }
  async function configured(settings: SettingsBackend) {
    const clock = new VirtualClock();
    const wanted = { priority: 'high', limit: watts(15.9) } as const;
    const done = configureRows({
      clock,
      rows: new Map([['7', row]]),
      wanted,
      settings,
      title: 'x',
      readBackWithin: millis(50),
    });
    await clock.advanceAsync(1_000);
    return done;
  }

  it('are both written, and told as they read in the end', async () => {
    expect(await configured(memory())).toEqual([
      { port: '7', settings: { priority: 'high', limit: 15 }, error: undefined },
    ]);
  });

  it('fail for the first that fails, and the other is written all the same', async () => {
    const [result] = await configured(memory('priority'));
    expect(result).toMatchObject({ settings: { priority: 'low', limit: 15 }, error: { name: 'SetNotApplied' } });
  });
});
