import { describe, expect, it } from 'vitest';
import { type CountedPort, countPorts, type PortTrack } from '../../../src/jobs/ports/counting.ts';
import type { SlotState } from '../../../src/rack/slot-state.ts';
import { resume } from '../../../src/rack/timeline.ts';
import { millis, slotNumber, watts } from '../../../src/rack/units.ts';
import type { PortSample } from '../../../src/switches/counters/sample.ts';
import { c32, c64, sample } from '../../switches/counters/samples.ts';

/** A board that is up. */
function up(slot: number, model: string | undefined, change: Partial<SlotState> = {}): SlotState {
  const at = millis(0);
  return {
    slot: slotNumber(slot),
    assigned: true,
    wanted: 'on',
    cycling: false,
    phase: 'settled',
    waiting: undefined,
    power: undefined,
    board: { mac: undefined, serial: undefined, revision: undefined, model },
    boot: resume(at, [{ milestone: 'ssh_up', at, detail: '' }], []),
    bootId: undefined,
    attempts: 0,
    reachable6: true,
    quarantine: undefined,
    lastCause: undefined,
    since: at,
    ...change,
  };
}

function port(
  number: number,
  minute: number,
  state: SlotState | undefined,
  change: Partial<PortSample> = {},
): CountedPort {
  const of = sample(minute * 60, { inOctets: c64(minute * 6_000), mpsAbsent: c32(0) }, change);
  return { sample: { ...of, port: String(number), ifIndex: number }, slot: state?.slot, state };
}

/** Runs readings a minute apart; what changed in each, and the rows of the last. */
function follow(minutes: readonly (readonly CountedPort[])[]) {
  let tracks: ReadonlyMap<string, PortTrack> = new Map();
  const results = minutes.map((ports) => {
    const result = countPorts('sw1', tracks, ports);
    tracks = result.tracks;
    return result;
  });
  return { told: results.map(({ changes }) => changes.map(({ sentence }) => sentence)), last: results.at(-1)! };
}

describe('counting the ports of a switch', () => {
  it('gives a row a port, with what was counted from the second reading on', () => {
    const { last } = follow([0, 1].map((minute) => [port(1, minute, up(1, '4B')), port(49, minute, undefined)]));
    expect(last.rows).toMatchObject([
      { switch: 'sw1', port: '1', link: 'up', inBitsPerSecond: 800, counted: { inOctets: 6_000, linkChanges: 0 } },
      { port: '49', counted: { inOctets: 6_000 }, findings: [] },
    ]);
    expect(follow([[port(1, 0, up(1, '4B'))]]).last.rows[0]).toMatchObject({
      counted: undefined,
      inBitsPerSecond: undefined,
    });
  });

  it('names the port and its slot, and keeps the finding in the row until it ends', () => {
    const minutes = Array.from({ length: 4 }, (_, minute) => [port(7, minute, up(7, '4B'), { speed: 100 })]);
    const { told, last } = follow(minutes);
    expect(told.flat()).toEqual([
      'port 7 of sw1 (slot 7) has a link of 100 Mb/s, and its board can do 1000: a cable with a broken pair, or a port that is set so',
    ]);
    expect(last.rows[0]?.findings).toHaveLength(1);
  });

  it.each([
    ['a 3B has no more than 100 Mb/s', up(1, '3B')],
    ['a board of unknown model may not', up(1, undefined)],
    ['a board that boots may not yet', up(1, '4B', { boot: undefined })],
    ['a port without a slot has no board', undefined],
  ])('says nothing of a slow link where %s', (_title, state) => {
    const minutes = Array.from({ length: 6 }, (_, minute) => [port(1, minute, state, { speed: 100 })]);
    expect(follow(minutes).told.flat()).toEqual([]);
  });

  it('compares watts within a model, of boards that are up', () => {
    const minutes = Array.from({ length: 6 }, (_, minute) => [
      ...[1, 2, 3, 4, 5].map((number) => port(number, minute, up(number, '4B'), { watts: watts(4) })),
      port(6, minute, up(6, '4B'), { watts: watts(9) }),
      port(7, minute, up(7, '3B'), { watts: watts(9) }),
      port(8, minute, up(8, '4B', { boot: undefined }), { watts: watts(9) }),
    ]);
    expect(follow(minutes).told.flat()).toEqual([
      'port 6 of sw1 (slot 6) delivers 9.0 W where boards like it draw 4.0 W',
    ]);
  });

  it('counts a lost device only while nobody was switching', () => {
    const lose = (state: SlotState) =>
      follow([0, 1, 2].map((minute) => [port(1, minute, state, { counters: { mpsAbsent: c32(minute) } })])).told.flat();
    expect(lose(up(1, '4B'))).toEqual([
      expect.stringMatching(/^port 1 of sw1 \(slot 1\) lost its powered device 2 times/),
    ]);
    expect(lose(up(1, '4B', { cycling: true }))).toEqual([]);
    expect(lose(up(1, '4B', { phase: 'switching' }))).toEqual([]);
    expect(lose(up(1, '4B', { wanted: 'off' }))).toEqual([]);
  });

  it('notices that the switch started anew, and counts nothing of it', () => {
    const after = { upTime: { ticks: 1_000, from: millis(60_000), to: millis(60_000) } };
    const { last } = follow([[port(1, 0, up(1, '4B'))], [port(1, 1, up(1, '4B'), after)]]);
    expect(last.restarted).toBe(true);
    expect(last.rows[0]?.counted).toMatchObject({ inOctets: undefined, mpsAbsent: undefined, linkChanges: undefined });
  });

  it('begins anew with a port that has another interface', () => {
    const moved = port(1, 1, up(1, '4B'));
    const { last } = follow([[port(1, 0, up(1, '4B'))], [{ ...moved, sample: { ...moved.sample, ifIndex: 99 } }]]);
    expect(last.rows[0]?.counted).toBeUndefined();
  });
});
