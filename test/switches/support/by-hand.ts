import type { Clock } from '../../../src/rack/clock.ts';
import { sleep } from '../../../src/rack/clock.ts';
import type { Millis } from '../../../src/rack/units.ts';
import { seconds } from '../../../src/rack/units.ts';
import type { PoeSwitch } from '../../../src/switches/poe.ts';

/** A power cycle by what a switch offers, without admission: off, hold, on. Throws the error of the first port that fails. */
export async function cycleByHand(poe: PoeSwitch, clock: Clock, ports: readonly string[], hold: Millis): Promise<void> {
  for (const on of [false, true]) {
    const results = await poe.set(ports, on);
    for (const result of results) if (!result.ok) throw result.error;
    const wait = async (result: (typeof results)[number]) => {
      const state = on ? 'delivering' : 'off';
      const awaited = await poe.waitFor(result.port, state, { timeout: seconds(30), start: result.before });
      if (!awaited.ok) throw awaited.error;
    };
    await Promise.all(results.map(wait));
    if (!on) await sleep(clock, hold);
  }
}
