import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeTftpEvents } from '../../src/jobs/tftp-sightings.ts';
import type { RequestEvent, RequestOutcome } from '../../src/netboot/tftp/events.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { makePlan } from '../support/plan.ts';
import { openTestRack, type TestRack } from './support/test-rack.ts';

const SLOT = slotNumber(1);
let rack: TestRack;

beforeEach(() => {
  rack = openTestRack(makePlan(1));
});

afterEach(() => rack.close());

const request = (path: string, outcome: RequestOutcome, reason?: string): RequestEvent => ({
  type: 'request',
  slot: SLOT,
  at: millis(0),
  name: `8b07bcc6/${path}`,
  path,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

/** Kind and text of the events that came of it, oldest first. */
async function told(...requests: RequestEvent[]): Promise<string[]> {
  takeTftpEvents(requests, { state: rack.state, firstRequest: () => {}, learned: () => {}, crashed: () => {} });
  await rack.pass(100);
  return rack.store.events
    .ofSlot(SLOT, 100)
    .toReversed()
    .filter(({ kind }) => kind.endsWith('_file'))
    .map(({ kind, text }) => `${kind}: ${text}`);
}

describe('a read request', () => {
  it.each([
    ['that was served', request('start4.elf', 'served')],
    ['for a file that is missing in every boot', request('recovery.elf', 'missing-expected')],
  ])('%s is no event', async (_title, event) => {
    expect(await told(event)).toEqual([]);
  });

  it('for a file that should be there is an event with its name', async () => {
    expect(await told(request('bcm2711-rpi-4-b.dtb', 'missing-unexpected', 'not in the image'))).toEqual([
      'missing_file: slot 1 asked for 8b07bcc6/bcm2711-rpi-4-b.dtb, which its image does not have',
    ]);
  });

  it('that was refused is an event with its name and the reason', async () => {
    expect(await told(request('recovery.bin', 'refused', 'files that reflash a board are not served'))).toEqual([
      'refused_file: slot 1 asked for 8b07bcc6/recovery.bin: files that reflash a board are not served',
    ]);
  });

  it('of a board that asks without end fills no database', async () => {
    const flood = Array.from({ length: 500 }, (_, i) => request(`no-${i}`, 'missing-unexpected'));
    const events = await told(...flood);
    expect(events.length).toBeGreaterThan(1);
    expect(events.length).toBeLessThan(20);
  });
});
