import { describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import type { Overlay, Write } from '../../../src/sim/recording/overlay.ts';
import { parseRecording } from '../../../src/sim/recording/recording.ts';
import { STATUS } from '../../../src/sim/switch/mib.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { walkColumns } from '../../../src/switches/snmp/walk.ts';
import { describeRecordings, recordedSwitch, recordingSession } from '../../switches/support/recording-session.ts';

const ADMIN = '1.3.6.1.2.1.105.1.1.1.3';
const LIST = '1.3.6.1.2.1.17.7.1.4.3.1.2';
const TEXT = `1.3.6.1.2.1.1.1.0|4|a switch
${LIST}.1|4x|ffff
${ADMIN}.1.1|2|1
${ADMIN}.1.2|2|1
`;

function device(overlay: Overlay = {}) {
  const clock = new VirtualClock();
  const made = recordedDevice({ recording: parseRecording('x', Buffer.from(TEXT)), overlays: [overlay], clock });
  return { ...made, clock, session: recordingSession(made) };
}

const truth = (value: unknown) => (value === 1 || value === 2 ? STATUS.noError : STATUS.wrongValue);
const WRITABLE: Overlay = {
  writable: [
    { column: ADMIN, tag: 2, check: truth },
    { column: LIST, tag: 4 },
  ],
};
const integer = (oid: string, value: number) => ({ oid, type: 'Integer32', value }) as const;

describe('a recorded switch', () => {
  it('reads what was recorded, and says what was not', async () => {
    const { session } = device();
    expect(await session.get([`${ADMIN}.1.2`, `${ADMIN}.1.9`, '1.3.6.1.2.1.105.1.1.1.6.1.2'])).toEqual([
      { oid: `${ADMIN}.1.2`, type: 'Integer32', value: 1 },
      { oid: `${ADMIN}.1.9`, type: 'noSuchInstance', value: null },
      { oid: '1.3.6.1.2.1.105.1.1.1.6.1.2', type: 'noSuchObject', value: null },
    ]);
  });

  it('has writable rows by column, and no others', async () => {
    const { session } = device(WRITABLE);
    const refused = async (sets: Parameters<typeof session.set>[0]) =>
      session.set(sets).then(
        () => 'done',
        (error: { status: string; oid: string }) => `${error.status} ${error.oid}`,
      );
    expect(await refused([integer('1.3.6.1.2.1.1.1.0', 1)])).toBe('notWritable 1.3.6.1.2.1.1.1.0');
    expect(await refused([integer('1.3.6.1.9.1', 1)])).toBe('notWritable 1.3.6.1.9.1');
    expect(await refused([integer(`${ADMIN}.1.7`, 1)])).toBe(`noCreation ${ADMIN}.1.7`);
    expect(await refused([{ oid: `${ADMIN}.1.1`, type: 'Gauge32', value: 1 }])).toBe(`wrongType ${ADMIN}.1.1`);
    expect(await refused([integer(`${ADMIN}.1.1`, 3)])).toBe(`wrongValue ${ADMIN}.1.1`);
    // All or nothing.
    expect(await refused([integer(`${ADMIN}.1.1`, 2), integer(`${ADMIN}.1.2`, 3)])).toBe(`wrongValue ${ADMIN}.1.2`);
    expect((await session.get([`${ADMIN}.1.1`]))[0]?.value).toBe(1);
    expect(await refused([integer(`${ADMIN}.1.1`, 2), integer(`${ADMIN}.1.2`, 2)])).toBe('done');
    expect((await session.get([`${ADMIN}.1.1`, `${ADMIN}.1.2`])).map(({ value }) => value)).toEqual([2, 2]);
  });

  it('keeps octets as they are', async () => {
    const { session } = device(WRITABLE);
    const value = Buffer.from([0x80, 0x00, 0xff, 0x0a, 0x8f]);
    await session.set([{ oid: `${LIST}.1`, type: 'OctetString', value }]);
    expect((await session.get([`${LIST}.1`]))[0]?.value).toEqual(value);
  });

  it('has the rows that an overlay makes up, and tells them from those of the recording', async () => {
    const detection = '1.3.6.1.2.1.105.1.1.1.6.1.1';
    const made = device({
      rows: ({ rows }) => [
        { oid: detection, tag: 2, value: rows.length },
        { oid: `${ADMIN}.1.1`, tag: 2, value: 2 },
      ],
    });
    expect([...made.synthetic]).toEqual([detection]);
    const walked = await walkColumns(
      made.session,
      [ADMIN, '1.3.6.1.2.1.105.1.1.1.6'],
      { varbinds: 10, rows: 9, deadline: millis(1_000) },
      made.clock,
    );
    expect([...walked.values()].map((rows) => [...rows].map(([index, { value }]) => [index, value]))).toEqual([
      [
        ['1.1', 1],
        ['1.2', 1],
      ],
      [['1.1', 4]],
    ]);
  });

  it('tells an overlay of writes, which may change, make and remove rows after a while', async () => {
    const heard: Write[] = [];
    const made = device({
      ...WRITABLE,
      onWrite(write, { mib, after }) {
        heard.push(write);
        after(millis(500), () => {
          mib.put(`${ADMIN}.1.1`, 2, 1);
          mib.put('1.3.6.1.3', 4, Buffer.from('new'));
          mib.remove(`${ADMIN}.1.2`);
        });
      },
    });
    await made.session.set([integer(`${ADMIN}.1.1`, 2)]);
    expect(heard).toEqual([{ column: ADMIN, index: '1.1', before: 1, value: 2 }]);
    expect(made.mib.value(`${ADMIN}.1.1`)).toBe(2);
    made.clock.advance(500);
    const oids: string[] = [];
    for (let at = made.mib.next('0.0'); at; at = made.mib.next(at.oid)) oids.push(at.oid);
    expect(oids).toEqual(['1.3.6.1.2.1.1.1.0', `${LIST}.1`, `${ADMIN}.1.1`, '1.3.6.1.3']);
    expect([...made.mib.below('1.3.6.1.2.1.105')]).toEqual([{ index: '1.1.1.3.1.1', tag: 2, value: 1 }]);
    expect((await made.session.get([`${ADMIN}.1.1`]))[0]?.value).toBe(1);
  });

  it('misbehaves on the dial', async () => {
    const made = device(WRITABLE);
    const off = integer(`${ADMIN}.1.1`, 2);
    made.faults.lyingSet = 1;
    await made.session.set([off]);
    expect(made.mib.value(off.oid)).toBe(1);
    made.faults.lyingSet = 0;
    made.faults.refuseSet = 1;
    await expect(made.session.set([off])).rejects.toMatchObject({ status: 'genErr' });
    made.faults.refuseSet = 0;
    made.faults.mostVarbinds = 1;
    await expect(made.session.set([off, off])).rejects.toMatchObject({ status: 'tooBig' });
    await made.session.set([off]);
    expect(made.mib.value(off.oid)).toBe(2);
    made.faults.emptyAnswer = 1;
    const limits = { varbinds: 10, rows: 9, deadline: millis(1_000) };
    const walking = walkColumns(made.session, [ADMIN], limits, made.clock);
    await expect(walking).rejects.toMatchObject({ reason: 'empty-answer' });
  });
});

describeRecordings('recorded switches without a socket', () => {
  it('walks port lists of 760 octets', async () => {
    const made = await recordedSwitch('huawei-s5720-56c-pwr');
    const column = '1.3.6.1.2.1.17.7.1.4.2.1.4';
    const limits = { varbinds: 10, rows: 100, deadline: millis(5_000) };
    const walked = await walkColumns(recordingSession(made), [column], limits, new VirtualClock());
    const lengths = [...walked.get(column)!.values()].map(({ value }) => (value as Buffer).length);
    expect(lengths).toEqual(Array(7).fill(760));
  });
});
