import { describe, expect, it } from 'vitest';
import { pause, type Script, ScriptRunner, waitFor } from '../../../src/sim/board/script.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';

describe('ScriptRunner', () => {
  it('goes on when the time is over or when it is woken, whichever comes first', () => {
    const clock = new VirtualClock();
    const runner = new ScriptRunner(clock);
    const log: string[] = [];
    let seen = false;
    runner.start(
      (function* (): Script {
        yield* pause(clock, 100);
        log.push(`paused until ${clock.monotonic()}`);
        log.push(`${yield* waitFor(clock, 50, () => seen)} at ${clock.monotonic()}`);
        log.push(`${yield* waitFor(clock, 50, () => seen)} at ${clock.monotonic()}`);
      })(),
    );
    clock.advance(30);
    runner.wake(); // Nothing that it waits for: it goes on waiting.
    clock.advance(140);
    seen = true;
    runner.wake();
    runner.wake();
    clock.advance(100);
    expect(log).toEqual(['paused until 100', 'false at 150', 'true at 170']);
    expect(clock.pending).toBe(0);
  });

  it('hears a wake that comes while it runs', () => {
    const clock = new VirtualClock();
    const runner = new ScriptRunner(clock);
    let answered = false;
    let at = -1;
    runner.start(
      (function* (): Script {
        // An answer that arrives within the call that asks for it.
        answered = true;
        runner.wake();
        yield* waitFor(clock, 1000, () => answered);
        yield* pause(clock, 1000);
        at = clock.monotonic();
      })(),
    );
    expect(at).toBe(-1);
    clock.advance(1000);
    expect(at).toBe(1000);
  });

  it('can be stopped and replaced from within', () => {
    const clock = new VirtualClock();
    const runner = new ScriptRunner(clock);
    const log: string[] = [];
    const second = function* (): Script {
      log.push('second');
      yield 10;
      log.push('second again');
    };
    runner.start(
      (function* (): Script {
        log.push('first');
        runner.start(second());
        yield 5;
        log.push('never');
      })(),
    );
    clock.advance(100);
    expect(log).toEqual(['first', 'second', 'second again']);
    runner.start(second());
    runner.stop();
    runner.wake();
    clock.advance(100);
    expect(log).toEqual(['first', 'second', 'second again', 'second']);
    expect(clock.pending).toBe(0);
  });
});
