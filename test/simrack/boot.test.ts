import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIMIT_MS } from './support/limit.ts';
import { faultsOf, type Outcome, outcomeOf } from './support/outcome.ts';
import { openSimRack, type SimRack } from './support/rack.ts';

/** 36 boards of each model on three switches, and nothing goes wrong. */
describe('108 boards on the virtual clock', () => {
  let rack: SimRack;
  let outcome: Outcome;
  beforeAll(async () => {
    rack = openSimRack({ seed: 1 });
    await rack.start();
    await rack.until(rack.settled, 120_000);
    outcome = outcomeOf(rack);
  }, LIMIT_MS);
  afterAll(() => rack.close());

  const of = (model: string) =>
    [...rack.boards.values()].map(({ board }) => board.status()).filter((status) => status.model === model);

  it('are all up at their first try, within a minute of virtual time', () => {
    expect(outcome.conditions).toEqual({ up: 108 });
    expect([of('3B'), of('3B+'), of('4B')].map(({ length }) => length)).toEqual([36, 36, 36]);
    expect(outcome).toMatchObject({ powered: 108, stuck: 0, quarantined: 0, lost: 0, cutAlive: [] });
    expect(outcome.tookMs).toBeLessThan(60_000);
    // No event but that power was asked for: nothing missing, nothing doubted.
    expect(outcome.kinds).toEqual({ power: 108 });
  });

  it('have the addresses and the prefix of their slot, and files as they are on the server', () => {
    expect(faultsOf(rack)).toEqual([]);
    expect(rack.servers.dhcp.counters).toMatchObject({ naks: 0, limited: 0, malformed: 0, duplicates: 0, faults: 0 });
    expect(rack.servers.ipv6.dhcp.counters).toMatchObject({ advertises: 108, replies: 108, faults: 0 });
    expect(rack.servers.ipv6.advertisements?.counters).toMatchObject({ solicited: 108, foreign: 0, malformed: 0 });
    expect(rack.store.leases6.heldPrefixes(rack.clock.now())).toHaveLength(108);
  });

  it('reach every milestone, in order, on record', () => {
    for (const { slot } of rack.plan.slots) {
      const [boot, ...more] = rack.store.boots.ofSlot(slot, 10);
      expect(more).toEqual([]);
      expect(boot?.outcome).toBe('up');
      expect(boot?.steps.map(({ milestone }) => milestone)).toEqual([
        'power_on',
        'discover',
        'offer',
        'first_request',
        'firmware_sent',
        'kernel_sent',
        'kernel_dhcp',
        'root_mounted',
        'ssh_up',
      ]);
    }
  });

  it('get no frame twice and none with a tag; and nobody is asked for a MAC', () => {
    expect(outcome.trace).toMatchObject({ tagged: 0, arpRequests: 0 });
    expect(outcome.trace.frames.controller).toBeGreaterThan(10_000);
    expect(rack.servers.tftp.stats()).toMatchObject({ retransmits: 0, failed: 0, stray: 0, activeTransfers: 0 });
    expect(rack.servers.files.held).toBe(0);
  });

  it('have their permanent neighbour entry before the first answer leaves', () => {
    // OFFERs of ROM, second stage or EEPROM, ACKs of a Pi 4, and OFFER and ACK of every kernel.
    expect(outcome.trace.unicastAnswers).toBe(36 * 4 * 2 + 36 * 4);
    expect(outcome.trace.answersBeforeNeighbour).toBe(0);
  });

  it('are woken where they need it: a 3B in both of its stages, a 3B+ not, since it asks for files at once', () => {
    expect(outcome.trace.nudges).toBe(36 * 2 * 2);
    expect(of('3B').every(({ counters }) => counters.discovers === 3)).toBe(true);
  });
});
