import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/rack/clock.ts';
import { millis, seconds } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { PortFault, PowerDenied, PowerTimeout, SwitchError } from '../../src/switches/errors.ts';
import type { PortSeen } from '../../src/switches/power-state.ts';
import { watchFor } from '../../src/switches/waits.ts';
import { createWatcher } from '../../src/switches/watch.ts';

const ON: PortSeen = { admin: true, detection: 'deliveringPower', denied: 0 };
const SEARCHING: PortSeen = { admin: true, detection: 'searching', denied: 0 };
const OFF: PortSeen = { admin: false, detection: 'disabled', denied: 0 };

const off = (place: { port: string; row: string }, limit = 30) =>
  watchFor(place, 'off', ON, { timeout: seconds(limit) });

function rig(takes = 1) {
  const clock = new VirtualClock();
  const ports = new Map<string, PortSeen>();
  const looks: string[][] = [];
  let failure: Error | undefined;
  const watcher = createWatcher<string>(clock, async (rows) => {
    looks.push([...rows]);
    await sleep(clock, millis(takes));
    if (failure) throw failure;
    return new Map(rows.map((row) => [row, ports.get(row) ?? OFF]));
  });
  const fail = (error: Error | undefined) => {
    failure = error;
  };
  return { clock, ports, looks, watcher, fail };
}

describe('a watch', () => {
  it('ends at once when it is so already', async () => {
    const { clock, watcher, looks } = rig();
    const ended = watcher.until(off({ port: '1', row: '1.1' }));
    await clock.advanceAsync(10);
    expect(await ended).toEqual({ ok: true, seen: OFF, waited: 1 });
    expect(looks).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('sees a change a few per cent late at most', async () => {
    for (const after of [50, 600, 1_500, 3_000, 12_000]) {
      const { clock, ports, watcher } = rig();
      ports.set('1.1', ON);
      clock.after(millis(after), () => ports.set('1.1', OFF));
      const ended = watcher.until(off({ port: '1', row: '1.1' }));
      await clock.advanceAsync(20_000);
      const { waited } = await ended;
      expect(waited).toBeGreaterThanOrEqual(after);
      expect(waited - after).toBeLessThanOrEqual(Math.max(22, after / 40 + 2));
    }
  });

  it('fails in its time, and says what it last saw', async () => {
    const { clock, ports, watcher } = rig();
    ports.set('1.1', ON);
    const ended = watcher.until(off({ port: '1', row: '1.1' }, 3));
    await clock.advanceAsync(5_000);
    const result = await ended;
    expect(result).toMatchObject({ ok: false, seen: ON });
    expect(!result.ok && result.error).toBeInstanceOf(PowerTimeout);
    expect(!result.ok && result.error.message).toMatch(
      /^port 1: expected power off within 30\d\d ms, last read admin on, deliveringPower$/,
    );
  });

  it('goes on over readings that fail, and names the failure when its time is over', async () => {
    const { clock, watcher, fail } = rig();
    fail(new SwitchError('x', 'no answer'));
    const first = watcher.until(off({ port: '1', row: '1.1' }, 2));
    const second = watcher.until(off({ port: '2', row: '1.2' }, 9));
    await clock.advanceAsync(3_000);
    const result = await first;
    expect(!result.ok && result.error.message).toContain('last read nothing');
    expect(!result.ok && String(result.error.cause)).toBe('SwitchError: no answer');
    fail(undefined);
    await clock.advanceAsync(3_000);
    expect(await second).toMatchObject({ ok: true });
  });

  it('shares its looks with all others', async () => {
    const { clock, ports, looks, watcher } = rig();
    const rows = Array.from({ length: 36 }, (_, place) => `1.${place + 1}`);
    for (const row of rows) ports.set(row, ON);
    const all = rows.map((row) => watcher.until(off({ port: row, row })));
    await clock.advanceAsync(1_000);
    for (const row of rows) ports.set(row, OFF);
    await clock.advanceAsync(1_000);
    await Promise.all(all);
    expect(looks.length).toBeLessThan(60);
    expect(looks.slice(1, 10).map((look) => look.length)).toEqual(Array(9).fill(36));
  });

  it('asks a slow switch half the time at most', async () => {
    const { clock, ports, looks, watcher } = rig(400);
    ports.set('1.1', ON);
    const ended = watcher.until(off({ port: '1', row: '1.1' }, 8));
    await clock.advanceAsync(10_000);
    expect((await ended).ok).toBe(false);
    expect(looks.length).toBeLessThanOrEqual(11);
  });
});

describe('waiting for power', () => {
  const until = async (change: (ports: Map<string, PortSeen>, clock: VirtualClock) => void) => {
    const { clock, ports, watcher } = rig();
    ports.set('1.1', SEARCHING);
    const result = watcher.until(
      watchFor({ port: '1', row: '1.1' }, 'delivering', SEARCHING, { timeout: seconds(20), grace: seconds(5) }),
    );
    change(ports, clock);
    await clock.advanceAsync(30_000);
    return result;
  };

  it('ends with deliveringPower', async () => {
    const result = await until((ports, clock) => clock.after(millis(1_200), () => ports.set('1.1', ON)));
    expect(result).toMatchObject({ ok: true, seen: ON });
  });

  it('gives up five seconds after the first refusal', async () => {
    const result = await until((ports, clock) => {
      for (const second of [2, 3, 4, 5, 6, 7]) {
        clock.after(seconds(second), () => ports.set('1.1', { ...SEARCHING, denied: second }));
      }
    });
    expect(!result.ok && result.error).toBeInstanceOf(PowerDenied);
    expect(result.waited).toBeGreaterThanOrEqual(7_000);
    expect(result.waited).toBeLessThan(7_500);
    expect(!result.ok && result.error.message).toMatch(/denied power 7 times in 7\d\d\d ms \(its budget is used up\)/);
  });

  it('believes a status of denied where nothing is counted', async () => {
    const result = await until((ports, clock) =>
      clock.after(seconds(1), () => ports.set('1.1', { admin: true, detection: 'denied', denied: undefined })),
    );
    expect(!result.ok && result.error.message).toMatch(/^port 1: the switch denied power in 6\d\d\d ms/);
  });

  it('forgives a refusal that is followed by power', async () => {
    const result = await until((ports, clock) => {
      clock.after(seconds(1), () => ports.set('1.1', { ...SEARCHING, denied: 1 }));
      clock.after(seconds(4), () => ports.set('1.1', { ...ON, denied: 2 }));
    });
    expect(result.ok).toBe(true);
  });

  it.each(['fault', 'otherFault'] as const)('tells a %s that lasts', async (detection) => {
    const result = await until((ports) => ports.set('1.1', { admin: true, detection, denied: 0 }));
    expect(!result.ok && result.error).toBeInstanceOf(PortFault);
    expect(result.waited).toBeLessThan(5_500);
    expect(!result.ok && result.error.message).toContain(`last read admin on, ${detection}`);
  });

  it('forgives a fault that passes', async () => {
    const result = await until((ports, clock) => {
      for (const at of [0, 6, 12]) {
        clock.after(seconds(at), () => ports.set('1.1', { admin: true, detection: 'fault', denied: 0 }));
        clock.after(seconds(at + 3), () => ports.set('1.1', SEARCHING));
      }
      clock.after(seconds(16), () => ports.set('1.1', ON));
    });
    expect(result.ok).toBe(true);
  });

  it('ends at once when somebody switches the port off', async () => {
    const result = await until((ports, clock) => clock.after(seconds(2), () => ports.set('1.1', OFF)));
    expect(!result.ok && result.error).toMatchObject({ code: 'switched-off-again' });
    expect(result.waited).toBeLessThan(2_200);
  });
});

describe('waiting for the middle of a cycle that the switch does', () => {
  it('takes no power for dark, whatever the switch says of the port', async () => {
    const { clock, ports, watcher } = rig();
    ports.set('1.1', ON);
    clock.after(seconds(1), () => ports.set('1.1', SEARCHING));
    const dark = watcher.until(watchFor({ port: '1', row: '1.1' }, 'dark', ON, { timeout: seconds(5) }));
    await clock.advanceAsync(6_000);
    expect(await dark).toMatchObject({ ok: true, seen: SEARCHING });
  });
});
