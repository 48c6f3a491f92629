import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import { KNOWN_RECORDINGS, knownOverlay } from '../../../src/sim/recording/known.ts';
import { poeOverlay } from '../../../src/sim/recording/poe.ts';
import { loadRecording, parseRecording } from '../../../src/sim/recording/recording.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import {
  describeRecordings,
  RECORDINGS,
  recordingNames,
  recordingSession,
} from '../../switches/support/recording-session.ts';

const ADMIN = '1.3.6.1.2.1.105.1.1.1.3';
const DETECTION = '1.3.6.1.2.1.105.1.1.1.6';
const OPER = '1.3.6.1.2.1.2.2.1.8';
const [DISABLED, SEARCHING, DELIVERING, FAULT] = [1, 2, 3, 4];
const [UP, DOWN] = [1, 2];

async function load(name: string) {
  const clock = new VirtualClock();
  const file = recordingNames().find((each) => each.startsWith(name));
  const recording = await loadRecording(`${RECORDINGS}/${file}.snmprec`);
  const device = recordedDevice({ recording, overlays: [knownOverlay(recording.file)!], clock });
  const session = recordingSession(device);
  const set = (oid: string, value: number) => session.set([{ oid, type: 'Integer32', value }]);
  const count = (column: string) =>
    [...device.mib.below(column)].reduce<Record<string, number>>((counts, { value }) => {
      counts[String(value)] = (counts[String(value)] ?? 0) + 1;
      return counts;
    }, {});
  return { ...device, clock, session, set, count };
}

describe('power over a recording', () => {
  const text = `${OPER}.7|2|1\n1.3.6.1.4.1.5.1.7|66|3000\n${OPER}.8|2|2\n1.3.6.1.4.1.5.1.8|66|0\n`;
  const rig = () => {
    const clock = new VirtualClock();
    const columns = {
      admin: [{ column: ADMIN, on: 1, off: 2 }],
      detection: { column: DETECTION, disabled: DISABLED, searching: SEARCHING, delivering: DELIVERING },
      watts: '1.3.6.1.4.1.5',
    };
    const ports = [
      { index: '1.7', admin: true, detection: DELIVERING, ifIndex: 7 },
      { index: '1.8', admin: true, detection: SEARCHING, ifIndex: 8 },
    ];
    const overlay = poeOverlay(columns, () => ports, { off: millis(500), detect: millis(2_000) });
    const recording = parseRecording('x', Buffer.from(text));
    const device = recordedDevice({ recording, overlays: [overlay], clock });
    const session = recordingSession(device);
    const set = (index: string, value: number) => session.set([{ oid: `${ADMIN}.${index}`, type: 'Integer32', value }]);
    const seen = (index: string) =>
      [ADMIN, DETECTION, '1.3.6.1.4.1.5'].map((column) => device.mib.value(`${column}.${index}`));
    return { ...device, clock, set, seen };
  };

  it('goes off after a while, and comes back after another', async () => {
    const { clock, set, seen, mib } = rig();
    expect(seen('1.7')).toEqual([1, DELIVERING, 3_000]);
    await set('1.7', 2);
    expect(seen('1.7')).toEqual([2, DELIVERING, 3_000]);
    clock.advance(500);
    expect([...seen('1.7'), mib.value(`${OPER}.7`)]).toEqual([2, DISABLED, 0, DOWN]);
    await set('1.7', 1);
    expect(seen('1.7')).toEqual([1, SEARCHING, 0]);
    clock.advance(1_999);
    expect(seen('1.7')).toEqual([1, SEARCHING, 0]);
    clock.advance(1);
    expect([...seen('1.7'), mib.value(`${OPER}.7`)]).toEqual([1, DELIVERING, 3_000, UP]);
  });

  it('never went off when it is switched on again in time', async () => {
    const { clock, set, seen } = rig();
    await set('1.7', 2);
    clock.advance(499);
    await set('1.7', 1);
    clock.advance(5_000);
    expect(seen('1.7')).toEqual([1, DELIVERING, 3_000]);
  });

  it('searches for ever where nothing had power, or power is denied', async () => {
    const { clock, set, seen, faults } = rig();
    faults.denied.add(1);
    for (const index of ['1.7', '1.8']) await set(index, 2);
    clock.advance(500);
    for (const index of ['1.7', '1.8']) await set(index, 1);
    clock.advance(60_000);
    expect([seen('1.7'), seen('1.8')]).toEqual([
      [1, SEARCHING, 0],
      [1, SEARCHING, 0],
    ]);
  });

  it('takes what a TruthValue can be', async () => {
    const { set } = rig();
    await expect(set('1.7', 0)).rejects.toMatchObject({ status: 'wrongValue' });
    await expect(set('1.9', 1)).rejects.toMatchObject({ status: 'noCreation' });
  });
});

it('knows nothing of other files', () => {
  expect(knownOverlay('/x/hp-6120xg.snmprec')).toBeUndefined();
  expect(knownOverlay('constructor')).toBeUndefined();
});

describeRecordings('power over recordings of real switches', () => {
  /** Ports by detection, made up or recorded, and the rows that were made up. */
  it.each<[string, Record<string, number>, number]>([
    // 20 draw power; 26 were switched off by their user and 2 are overloaded, by the words beside them.
    ['cisco-cbs350-24p-4x-stack2', { [DELIVERING!]: 20, [DISABLED!]: 26, [FAULT!]: 2 }, 96],
    ['cisco-cbs250-24p-4x', { [DELIVERING!]: 5 }, 10],
    ['cisco-c3750-48ps-stack3', { [SEARCHING!]: 46, [DELIVERING!]: 2 }, 0],
    ['netgear-gsm7252ps-s2', { [SEARCHING!]: 43, [DELIVERING!]: 5 }, 0],
  ])('%s', async (name, detections, synthetic) => {
    const device = await load(name);
    expect(device.count(DETECTION)).toEqual(detections);
    expect(device.synthetic.size).toBe(synthetic);
  });

  it.each(KNOWN_RECORDINGS)('%s switches a port off', async (name) => {
    const device = await load(name);
    const [column] = knownOverlay(name)!.writable!;
    const [row] = [...device.mib.below(column!.column)].filter(({ value }) => column!.check!(value) === 0);
    const off = column!.column.startsWith('1.3.6.1.4.1.11863') ? 0 : 2;
    await device.set(`${column!.column}.${row!.index}`, off);
    device.clock.advance(5_000);
    expect(device.mib.value(`${column!.column}.${row!.index}`)).toBe(off);
  });

  it('a 3750 shows a write to one of its two admin columns in the other, and drops the right link', async () => {
    const device = await load('cisco-c3750-48ps-stack3');
    const enable = '1.3.6.1.4.1.9.9.402.1.2.1.1';
    const drawn = '1.3.6.1.4.1.9.9.402.1.2.1.9';
    // Fa3/0/3, by cpeExtPsePortEntPhyIndex 3010.
    const row = '3.5';
    const seen = () => [
      device.mib.value(`${ADMIN}.${row}`),
      device.mib.value(`${enable}.${row}`),
      device.mib.value(`${drawn}.${row}`),
      device.mib.value(`${OPER}.11003`),
    ];
    expect(seen()).toEqual([1, 1, 15_400, UP]);
    await device.set(`${enable}.${row}`, 4);
    device.clock.advance(5_000);
    expect(seen()).toEqual([2, 4, 0, DOWN]);
    await device.set(`${ADMIN}.${row}`, 1);
    device.clock.advance(5_000);
    expect(seen()).toEqual([1, 1, 15_400, UP]);
  });
});
