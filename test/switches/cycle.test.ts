import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../src/rack/units.ts';
import type { CycleOptions, CycleResult } from '../../src/switches/cycle.ts';
import type { VirtualRig } from './support/rig.ts';
import { names, plugIn, virtualRig } from './support/rig.ts';

const DELAYS = { off: millis(1_500), detect: millis(3_000), retry: millis(1_000), boot: millis(8_000), jitter: 0 };
const HOLD = millis(5_000);

/** A switch with boards on all ports, powered. */
async function powered(...options: Parameters<typeof virtualRig>) {
  const rig = virtualRig({ delays: DELAYS, ...options[0] }, options[1]);
  const boards = plugIn(
    rig.device,
    Array.from({ length: options[0]?.ports ?? 8 }, (_, place) => place + 1),
  );
  await rig.clock.advanceAsync(10_000);
  await rig.settle(rig.poe.read());
  return { ...rig, boards };
}

async function cycle(rig: VirtualRig, ports: string[], options: Partial<CycleOptions> = {}) {
  const startedAt = rig.clock.monotonic();
  const results = await rig.settle(rig.poe.cycle(ports, { hold: HOLD, ...options }));
  return { results, took: rig.clock.monotonic() - startedAt };
}

const only = (results: readonly CycleResult[]): CycleResult => {
  expect(results).toHaveLength(1);
  return results[0]!;
};
const failureOf = (results: readonly CycleResult[]) => {
  const result = only(results);
  return result.ok ? undefined : result.error;
};

describe('a power cycle', () => {
  it('keeps the board without power for the whole hold, and says how long each part took', async () => {
    const rig = await powered();
    const board = rig.boards.get(3)!;
    const changes: [number, string][] = [];
    for (const what of ['powerOff', 'powerOn'] as const) {
      const plain = board[what].bind(board);
      board[what] = () => {
        changes.push([rig.clock.monotonic(), what]);
        plain();
      };
    }
    const result = only((await cycle(rig, ['3'])).results);
    expect(result).toMatchObject({ ok: true, delivering: true, before: { detection: 'deliveringPower' } });
    expect(changes.map(([, what]) => what)).toEqual(['powerOff', 'powerOn']);
    expect(changes[1]![0] - changes[0]![0]).toBeGreaterThanOrEqual(HOLD);
    expect(result.offAfter).toBeGreaterThanOrEqual(1_500);
    expect(result.onAfter).toBeGreaterThanOrEqual(3_000);
    expect(rig.poe.status()).toMatchObject({ claims: [], queue: { running: undefined, waiting: [] } });
  });

  it("costs no more than 150 ms beyond the hold and the switch's own delays", async () => {
    for (const [off, detect] of [
      [10, 10],
      [600, 1_200],
      [1_500, 3_000],
    ] as const) {
      const rig = await powered({ delays: { ...DELAYS, off: millis(off), detect: millis(detect) } });
      const { results, took } = await cycle(rig, ['1']);
      expect(only(results).ok).toBe(true);
      expect(took - HOLD - off - detect).toBeLessThanOrEqual(150);
    }
  });

  it('cycles 36 ports together in hardly more time than one', async () => {
    const rig = await powered({ ports: 36 });
    const { results, took } = await cycle(rig, names(1, 36));
    expect(results.filter((result) => result.ok && result.delivering)).toHaveLength(36);
    expect(took - HOLD - DELAYS.off - DELAYS.detect).toBeLessThanOrEqual(300);
    expect([...rig.boards.values()].every((board) => board.timesOff === 1 && board.powered)).toBe(true);
  });

  it('does not wait for power where there was none, unless it is told to', async () => {
    const rig = virtualRig({ delays: DELAYS });
    await rig.clock.advanceAsync(10_000);
    const { results, took } = await cycle(rig, ['2']);
    expect(only(results)).toMatchObject({ ok: true, delivering: false, before: { detection: 'searching' } });
    expect(took).toBeLessThan(HOLD + 200);
    const insisted = await cycle(rig, ['2'], { expectPower: 'always', onTimeout: seconds(10) });
    expect(failureOf(insisted.results)).toMatchObject({ name: 'PowerTimeout', last: 'admin on, searching' });
  });

  it('switches on a port that was off before', async () => {
    const rig = await powered();
    await rig.settle(rig.poe.set(['4'], false));
    await rig.clock.advanceAsync(5_000);
    expect(only((await cycle(rig, ['4'])).results)).toMatchObject({ ok: true, before: { admin: false } });
    expect(rig.device.pse.port(4).admin).toBe(true);
  });

  it('lets nobody else at its ports, and everybody at the others', async () => {
    const rig = await powered();
    const running = cycle(rig, ['1', '2']);
    await rig.clock.advanceAsync(4_000);
    expect(rig.poe.status().claims).toMatchObject([
      { port: '1', what: 'power cycle' },
      { port: '2', what: 'power cycle' },
    ]);
    await expect(rig.poe.set(['2'], true)).rejects.toThrow(/^port 2 is busy: "power cycle" began \d+ ms ago$/);
    await expect(rig.poe.cycle(['3', '1'], { hold: HOLD })).rejects.toMatchObject({ name: 'PortBusy', port: '1' });
    const reading = rig.poe.read();
    await rig.clock.advanceAsync(200);
    expect((await reading).map((port) => port.detection === 'deliveringPower')).toEqual([
      false,
      false,
      ...Array(6).fill(true),
    ]);
    expect((await running).results.every((result) => result.ok)).toBe(true);
  });
});

describe('a power cycle on a switch that misbehaves', () => {
  it('finds out a switch that says noError and does nothing', async () => {
    const rig = await powered();
    rig.device.faults.lyingSet = 1;
    const error = failureOf((await cycle(rig, ['1'])).results);
    expect(error).toMatchObject({ name: 'SetNotApplied', port: '1' });
    expect(rig.boards.get(1)).toMatchObject({ powered: true, timesOff: 0 });
  });

  it('reports a port that stays off because the second write was a lie', async () => {
    const rig = await powered();
    const { results } = await cycle(rig, ['1'], {
      progress: ({ stage }) => {
        if (stage === 'off') rig.device.faults.lyingSet = 1;
      },
    });
    expect(failureOf(results)).toMatchObject({ name: 'SetNotApplied' });
    expect(only(results)).toMatchObject({ after: { admin: false }, offAfter: expect.any(Number), onAfter: undefined });
  });

  it('takes a SET that was done and not answered for done, by reading back', async () => {
    const rig = await powered({}, { lose: (operation, which) => operation === 'set' && which === 'answer' });
    const { results } = await cycle(rig, ['1']);
    expect(only(results)).toMatchObject({ ok: true, delivering: true });
    expect(rig.boards.get(1)).toMatchObject({ powered: true, timesOff: 1 });
  });

  it('says of a SET that never arrived that it had no effect', async () => {
    const rig = await powered({}, { lose: (operation) => operation === 'set' });
    const error = failureOf((await cycle(rig, ['1'], { onTimeout: seconds(20) })).results);
    expect(error).toMatchObject({ name: 'SetUnconfirmed', seen: 'on' });
    expect(error?.cause).toMatchObject({ name: 'SnmpTimeout', silence: 'reads-only' });
    expect(rig.boards.get(1)).toMatchObject({ powered: true, timesOff: 0 });
  });

  it('gives the port its power back when it does not go off', async () => {
    const rig = await powered({ delays: { ...DELAYS, off: seconds(300) } });
    const { results } = await cycle(rig, ['1'], { offTimeout: seconds(10) });
    expect(failureOf(results)).toMatchObject({ name: 'PowerTimeout', last: 'admin off, deliveringPower' });
    expect(failureOf(results)?.message).toMatch(/^port 1: expected power off within 10\d\d\d ms/);
    expect(rig.device.pse.port(1).admin).toBe(true);
    await rig.clock.advanceAsync(600_000);
    expect(rig.boards.get(1)).toMatchObject({ powered: true, timesOff: 0 });
  });

  it('tells denied power from a fault', async () => {
    const rig = await powered();
    rig.device.faults.denied.add(1);
    rig.device.faults.faulty.add(2);
    const { results } = await cycle(rig, ['1', '2', '3'], { onTimeout: seconds(20) });
    expect(results).toMatchObject([
      { port: '1', ok: false, error: { name: 'PowerDenied' } },
      { port: '2', ok: false, error: { name: 'PowerTimeout', last: 'admin on, fault' } },
      { port: '3', ok: true, delivering: true },
    ]);
  });

  it('sees the budget run out', async () => {
    const rig = await powered();
    for (const board of rig.boards.values()) board.draws = 50;
    // Seven boards draw 350 W of 370 W now; the eighth needs three to start.
    rig.boards.get(8)!.draws = 3;
    rig.boards.get(7)!.draws = 68;
    expect(failureOf((await cycle(rig, ['8'])).results)).toMatchObject({ name: 'PowerDenied' });
    expect(rig.device.pse.port(8).denied).toBeGreaterThan(3);
  });

  it('goes on over a restart of the switch while the ports are off', async () => {
    const rig = await powered();
    let restarted = false;
    const { results } = await cycle(rig, ['1'], {
      progress: ({ stage }) => {
        if (stage === 'off' && !restarted) rig.device.reboot();
        restarted ||= stage === 'off';
      },
    });
    expect(restarted).toBe(true);
    expect(only(results)).toMatchObject({ ok: true, delivering: true });
  });

  it('does not give up the second write while the switch is silent', async () => {
    const rig = await powered();
    const { results, took } = await cycle(rig, ['1'], {
      progress: ({ stage }) => {
        if (stage !== 'off') return;
        rig.device.faults.silent = true;
        rig.clock.after(seconds(30), () => {
          rig.device.faults.silent = false;
        });
      },
    });
    expect(only(results)).toMatchObject({ ok: true, delivering: true });
    expect(took).toBeGreaterThan(30_000);
  });

  it('ends when the switch stays silent, and says that nothing is known', async () => {
    const rig = await powered();
    const { results } = await cycle(rig, ['1'], {
      onTimeout: seconds(30),
      progress: ({ stage }) => {
        if (stage === 'off') rig.device.faults.silent = true;
      },
    });
    expect(failureOf(results)).toMatchObject({ name: 'SnmpTimeout', silence: 'went-silent' });
    expect(rig.poe.status().claims).toEqual([]);
  });

  it('gives the power back even when the switch took so long that the first write was given up', async () => {
    const rig = await powered();
    // Three varbinds for the port and one for the time, before and after: more than a minute.
    rig.device.faults.slow = seconds(9);
    const { results } = await cycle(rig, ['1'], {
      onTimeout: seconds(400),
      progress: ({ stage }) => {
        if (stage === 'switching-on') rig.device.faults.slow = millis(0);
      },
    });
    expect(failureOf(results)).toMatchObject({ name: 'SwitchJobTooLate', ran: true });
    expect(rig.device.pse.port(1).admin).toBe(true);
    await rig.clock.advanceAsync(60_000);
    expect(rig.boards.get(1)!.powered).toBe(true);
  });

  it('never writes after it was given up', async () => {
    const rig = await powered();
    // The look before the write takes 64 s, and the job has 60 s.
    rig.device.faults.slow = seconds(16);
    let sets = 0;
    rig.device.faults.spoil = (request, answer) => {
      if (request.kind === 'set') sets += 1;
      return answer;
    };
    await expect(rig.settle(rig.poe.set(['1'], false))).rejects.toMatchObject({ name: 'SwitchJobTooLate', ran: true });
    await rig.clock.advanceAsync(300_000);
    expect([sets, rig.device.pse.port(1).admin]).toEqual([0, true]);
    expect(rig.poe.status().queue.running).toBeUndefined();
  });

  it('goes to its end when who listens fails', async () => {
    const rig = await powered();
    const progress = ({ stage }: { stage: string }) => {
      if (stage === 'off') throw new Error('listener');
    };
    await expect(rig.settle(rig.poe.cycle(['1'], { hold: HOLD, progress }))).rejects.toThrow('listener');
    expect(rig.boards.get(1)).toMatchObject({ powered: true, timesOff: 1 });
  });

  it('ends at once when the switch is closed', async () => {
    const rig = await powered({ delays: { ...DELAYS, off: seconds(300) } });
    const running = rig.poe.cycle(['1'], { hold: HOLD });
    await rig.clock.advanceAsync(1_000);
    const before = rig.clock.monotonic();
    rig.poe.close();
    const results = await rig.settle(running);
    expect(failureOf(results)).toMatchObject({ name: 'SwitchClosed' });
    expect(rig.clock.monotonic() - before).toBeLessThan(1_000);
  });

  it('throws when it could not even begin', async () => {
    const rig = await powered();
    rig.device.faults.silent = true;
    await expect(rig.settle(rig.poe.cycle(['1'], { hold: HOLD }))).rejects.toMatchObject({ name: 'SnmpTimeout' });
  });
});
