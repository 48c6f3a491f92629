import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeObservation } from '../../src/jobs/dhcp-sightings.ts';
import { RackState } from '../../src/jobs/rack-state.ts';
import { classify } from '../../src/netboot/dhcpv4/classify.ts';
import type { Observation } from '../../src/netboot/dhcpv4/index.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { Store } from '../../src/store/store.ts';
import { type Mac, parseMac } from '../../src/wire/address.ts';
import { decodeDhcpv4 } from '../../src/wire/dhcpv4/index.ts';
import { makePlan } from '../support/plan.ts';
import { EEPROM_PI4, ROM_3B } from '../wire/dhcpv4/roms.ts';

const one = slotNumber(1);
const two = slotNumber(2);
let directory: string;
let store: Store;
let state: RackState;
let clock: VirtualClock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-sightings-'));
  store = new Store(directory);
  clock = new VirtualClock();
  state = new RackState(makePlan(2), store, clock, pino({ level: 'silent' }), (what, cause) => {
    throw new Error(what, { cause });
  });
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

/** What the server tells of these bytes, from another MAC where one is given. */
function heard(bytes: Uint8Array, mac?: Mac): Observation {
  const packet = decodeDhcpv4(bytes);
  const { kind, firmware, className, serial, revision, model } = classify(packet, bytes.length);
  return { mac: mac ?? packet.chaddr, kind, firmware, className, serial, revision, model } as Observation;
}
const os = (mac: Mac): Observation => ({ mac, kind: 'os', firmware: false, className: 'udhcp 1.35', hostName: 'web' });
const take = (slot: typeof one, observation: Observation) =>
  takeObservation(slot, observation, { state, heard: () => {} });
const events = (slot: typeof one) => {
  store.commit.flush();
  return store.events.ofSlot(slot, 20).map(({ kind, text }) => [kind, text]);
};
const facts = (slot: typeof one) => {
  store.commit.flush();
  return Object.fromEntries(store.observations.ofSlot(slot).map(({ fact, value }) => [fact, value]));
};

describe('a DHCP message', () => {
  it('of a Pi 4 gives its inventory: model, RAM, build, serial, MAC', () => {
    take(one, heard(EEPROM_PI4));
    expect(state.get(one).board).toEqual({
      mac: 'e4:5f:01:09:02:f7',
      serial: '91cdf03d',
      revision: 0xd03114,
      model: '4B',
    });
    expect(facts(one)).toEqual({ firmware: 'eeprom-pi4', memory: '8192 MB', build: '1.4, Sony UK' });
    expect(events(one)).toEqual([]);
  });

  it('of an operating system names its client and itself, and nothing of the hardware', () => {
    take(one, heard(EEPROM_PI4));
    take(one, os(parseMac('e4:5f:01:09:02:f7')));
    expect(facts(one)).toMatchObject({ client: 'udhcp 1.35', 'host name': 'web', memory: '8192 MB' });
    expect(events(one)).toEqual([]);
  });

  it('of another board is an event, told with where that board was; nothing of the one before stays', () => {
    take(two, heard(ROM_3B));
    take(one, heard(EEPROM_PI4));
    take(one, heard(ROM_3B));
    expect(events(one)).toEqual([
      [
        'board_changed',
        'different board in slot 1: MAC e4:5f:01:09:02:f7 is now b8:27:eb:07:bc:c6, which was seen in slot 2',
      ],
    ]);
    expect(state.get(one).board).toMatchObject({ model: '3B', serial: undefined, revision: undefined });
    expect(facts(one)).toEqual({ firmware: 'rom-3b' });
  });

  it('of an operating system under another MAC is an event, once', () => {
    take(one, heard(EEPROM_PI4));
    for (let i = 0; i < 5; i++) take(one, os(parseMac('02:00:00:00:00:09')));
    expect(events(one)).toEqual([
      ['other_mac', 'slot 1: an operating system asks under MAC 02:00:00:00:00:09, its board is e4:5f:01:09:02:f7'],
    ]);
    expect(state.get(one).board.mac).toBe('e4:5f:01:09:02:f7');
  });

  it('repeated writes nothing until an hour has passed', async () => {
    take(one, heard(EEPROM_PI4));
    store.commit.flush();
    const { writes } = store.commit;
    take(one, heard(EEPROM_PI4));
    store.commit.flush();
    expect(store.commit.writes).toBe(writes);
    await clock.advanceAsync(3_600_000);
    take(one, heard(EEPROM_PI4));
    store.commit.flush();
    expect(store.commit.writes).toBe(writes + 3);
    const [first] = store.observations.ofSlot(one);
    expect(first).toMatchObject({ fact: 'build', lastSeen: millis((first?.firstSeen ?? 0) + 3_600_000) });
  });
});
