/** Boards that are cut from power and booted again, over and over, as a tenant's reboots would be. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../../src/api/control/client.ts';
import type { RigRack } from '../rack.ts';

export interface LoopCount {
  completed: number;
  /** Boots that did not come up in time, in words. */
  readonly failures: string[];
}

/** More than a boot of a virtual board takes by far, and less than what recovery would hide. */
const LONGEST_BOOT = 150_000;

/** Boots one slot again and again until `ends`; the boot under way then is seen to its end. */
export async function bootAgainAndAgain(rack: RigRack, slot: number, ends: number, count: LoopCount): Promise<void> {
  const client = new ControlClient(join(rack.directory, rack.name, 'control.sock'));
  while (Date.now() < ends) {
    const since = Date.now();
    const [outcome] = await client.power({ slots: [slot], action: 'cycle', who: 'soak' }, () => {});
    if (outcome?.state !== 'on') {
      count.failures.push(`slot ${slot}: a power cycle ended ${outcome?.state}: ${outcome?.detail}`);
      return;
    }
    const failure = await awaitUp(client, slot, since);
    if (failure === undefined) count.completed++;
    else count.failures.push(failure);
  }
}

async function awaitUp(client: ControlClient, slot: number, since: number): Promise<string | undefined> {
  for (;;) {
    const { slot: seen } = await client.board(slot);
    if (seen.condition === 'up' && seen.boot !== null && seen.boot.startedAt >= since) return undefined;
    if (Date.now() - since > LONGEST_BOOT) {
      return `slot ${slot} was ${seen.condition} (${seen.progress}) ${Date.now() - since} ms after its power cycle`;
    }
    await pause(300);
  }
}
