import { afterEach, describe, expect, it } from 'vitest';
import { STAGE_RULES } from '../../src/rack/recovery.ts';
import { condition } from '../../src/rack/slot-state.ts';
import { LIMIT_MS } from './support/limit.ts';
import { faultsOf, outcomeOf } from './support/outcome.ts';
import { openSimRack, type SimRack, type SimRackOptions } from './support/rack.ts';

/** Four boards of each model on the first switch, one of each on the two others. */
const SLOTS = [1, 2, 3, 4, 13, 14, 15, 16, 25, 26, 27, 28, 37, 49, 61, 73, 85, 97];
const LIMIT = 1_200_000;

const open: SimRack[] = [];
afterEach(() => {
  for (const rack of open.splice(0)) rack.close();
});

async function started(options: Partial<SimRackOptions>): Promise<SimRack> {
  const rack = openSimRack({ seed: 1, slots: SLOTS, ...options });
  open.push(rack);
  await rack.start();
  return rack;
}

async function settled(options: Partial<SimRackOptions>): Promise<SimRack> {
  const rack = await started(options);
  await rack.until(rack.settled, LIMIT);
  return rack;
}

describe('a rack whose network', () => {
  it(
    'brings every tenth frame twice boots as without, and answers nothing twice',
    async () => {
      const [clean, doubled] = [await settled({}), await settled({ faults: { duplicates: 0.1 } })];
      const other = outcomeOf(doubled);
      expect(other.duplicated).toBeGreaterThan(500);
      expect(other).toMatchObject({ conditions: { up: SLOTS.length }, powered: SLOTS.length, stuck: 0 });
      expect(faultsOf(doubled)).toEqual([]);
      expect(doubled.servers.dhcp.counters.duplicates).toBeGreaterThan(0);
      for (const what of ['offers', 'acks', 'sent', 'nudges'] as const) {
        expect(doubled.servers.dhcp.counters[what], what).toBe(clean.servers.dhcp.counters[what]);
      }
      // The Sorcerer's Apprentice would send every block twice from the first doubled ACK on (RFC 1123 §4.2.3.1).
      const [before, after] = [clean.servers.tftp.stats(), doubled.servers.tftp.stats()];
      expect(after).toMatchObject({ served: before.served, complete: before.complete, retransmits: 0 });
      expect(after.sent).toBe(before.sent);
    },
    LIMIT_MS,
  );

  it(
    'holds frames up until they were sent again, and lets others overtake them, boots every board',
    async () => {
      const rack = await settled({ faults: { late: { share: 0.02, by: 300 } } });
      const outcome = outcomeOf(rack);
      expect(outcome.delayed).toBeGreaterThan(100);
      expect(rack.servers.tftp.stats().retransmits).toBeGreaterThan(0);
      expect(outcome).toMatchObject({ conditions: { up: SLOTS.length }, powered: SLOTS.length, stuck: 0 });
      expect(faultsOf(rack)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'loses every twentieth frame has boards that are up, and boards that are left alone for a reason',
    async () => {
      const rack = await settled({ faults: { loss: 0.05 } });
      const outcome = outcomeOf(rack);
      const { up = 0, quarantined = 0 } = outcome.conditions;
      expect(up + quarantined).toBe(SLOTS.length);
      expect(up).toBeGreaterThan(SLOTS.length / 2);
      expect(outcome.quarantined).toBe(quarantined);
      expect(outcome.powered).toBe(SLOTS.length + outcome.stuck);
      // An EEPROM waits half a minute for each request that was lost: two in a row look as if it had stopped.
      expect(outcome.cutAlive.filter((board) => !board.startsWith('4B '))).toEqual([]);
      const causes = Object.values(STAGE_RULES).map(({ cause }) => cause);
      for (const slot of rack.state.all()) {
        if (condition(slot) !== 'quarantined') continue;
        expect(causes.some((cause) => slot.quarantine?.cause.startsWith(cause))).toBe(true);
        expect(slot.attempts).toBeGreaterThan(0);
      }
    },
    LIMIT_MS,
  );
});

it(
  'a switch that restarts in the middle takes its boards with it, and no others; all come up again',
  async () => {
    const rack = await started({});
    const stages = () => [...rack.boards.values()].map(({ board }) => board.status().stage);
    await rack.until(() => stages().some((stage) => stage === 'firmware-tftp' || stage === 'kernel'), 60_000);
    rack.devices.get('sw1')!.reboot();
    await rack.clock.advanceAsync(20_000);
    await rack.until(rack.settled, LIMIT);
    const outcome = outcomeOf(rack);
    expect(outcome).toMatchObject({ conditions: { up: SLOTS.length }, kinds: { switch_restarted: 1 } });
    const powered = (name: string) =>
      rack.plan.slots.filter((slot) => slot.switch === name).map(({ slot }) => rack.boards.get(slot)!.powered);
    expect(powered('sw1').every((times) => times === 2)).toBe(true);
    expect([...powered('sw2'), ...powered('sw3')].every((times) => times === 1)).toBe(true);
    expect(faultsOf(rack)).toEqual([]);
  },
  LIMIT_MS,
);
