/** Recorded switches whose power rows are known, served as ones that can be written: a port by its name is that port and no other. */
import { expect, it } from 'vitest';
import { seconds } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import { KNOWN_RECORDINGS, knownOverlay } from '../../../src/sim/recording/known.ts';
import { loadRecording } from '../../../src/sim/recording/recording.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { WriteRefused } from '../../../src/switches/errors.ts';
import { openSwitch } from '../../../src/switches/poe.ts';
import { chooseByIdentity } from '../../../src/switches/snmp/choose.ts';
import { describeRecordings, RECORDINGS, recordingSession } from '../support/recording-session.ts';
import { log, planFor, secrets } from '../support/rig.ts';
import type { Expected, PortFacts, PowerFacts } from './expected/expected.ts';
import { EXPECTED } from './expected/index.ts';
import { portsOf } from './expected/names.ts';

async function opened({ recording }: Expected, ports: readonly string[]) {
  const clock = new VirtualClock();
  const loaded = await loadRecording(`${RECORDINGS}/${recording}.snmprec`);
  const device = recordedDevice({ recording: loaded, overlays: [knownOverlay(recording)!], clock });
  const openSession = () => Promise.resolve(recordingSession(device));
  const deps = { clock, log, secrets, ports, chooseDriver: chooseByIdentity(log), openSession };
  const poe = openSwitch(planFor(161), deps);
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const end = () => {
      done = true;
    };
    promise.then(end, end);
    for (let turn = 0; turn < 20_000 && !done; turn += 1) {
      await new Promise(setImmediate);
      clock.advance(20);
    }
    if (!done) throw new Error('not settled in 400 s of virtual time');
    return promise;
  };
  const integers = () =>
    new Map(loaded.rows.filter(({ tag }) => tag === TAG.Integer32).map(({ oid }) => [oid, device.mib.value(oid)]));
  const column = (oid: string) => new Map([...device.mib.below(oid)].map(({ index, value }) => [index, value]));
  return { poe, settle, integers, column };
}

const known = EXPECTED.filter(({ recording, ports }) => KNOWN_RECORDINGS.includes(recording) && 'runs' in ports).map(
  (expected) => [expected.recording, expected] as const,
);

describeRecordings('power of recorded switches that can be written', () => {
  it('is known of these', () => {
    expect(known.map(([name]) => name)).toEqual([
      'cisco-c3750-48ps-stack3',
      'cisco-cbs250-24p-4x',
      'cisco-cbs350-24p-4x-stack2',
      'eltex-mes2324p',
      'huawei-s5720-56c-pwr',
      'linksys-lgs318p',
      'tplink-sg2218p',
    ]);
  });

  it.each(known)('%s: one port off and on, the other rows as before', async (_, expected) => {
    const { watts } = expected.power as PowerFacts;
    const all = (expected.ports as PortFacts).runs.flatMap(portsOf);
    // Where nothing had power when it was recorded, the last port does.
    const fed = 'of' in watts ? Object.keys(watts.of).at(-1) : undefined;
    const { row, name } = all.find((port) => port.row === fed) ?? all.at(-1)!;
    const other = all.find((port) => port.row !== row)!;
    const { poe, settle, integers, column } = await opened(expected, [name]);
    await settle(poe.read());
    const admin = poe.status().driver!.power!.admin;
    const [before, whole] = [column(admin.column), integers()];

    expect(await settle(poe.set([name], false))).toMatchObject([{ port: name, ok: true, outcome: 'changed' }]);
    const off = column(admin.column);
    expect([...off].filter(([index, value]) => value !== before.get(index))).toEqual([[row, admin.off]]);
    expect((await settle(poe.waitFor(name, 'off', { timeout: seconds(30) }))).ok).toBe(true);

    await expect(settle(poe.set([other.name], false))).rejects.toThrow(WriteRefused);
    expect(column(admin.column)).toEqual(off);

    expect(await settle(poe.set([name], true))).toMatchObject([{ port: name, ok: true, outcome: 'changed' }]);
    if (fed !== undefined) {
      expect((await settle(poe.waitFor(name, 'delivering', { timeout: seconds(30) }))).ok).toBe(true);
    }
    expect(column(admin.column)).toEqual(before);
    if (fed !== undefined) expect(integers()).toEqual(whole);
    poe.close();
  });
});
