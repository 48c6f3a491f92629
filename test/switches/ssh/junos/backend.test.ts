import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import { millis, seconds, vlanId } from '../../../../src/rack/units.ts';
import type { SwitchBackend, VlanBackend } from '../../../../src/switches/backend.ts';
import { createJunos } from '../../../../src/switches/ssh/junos/backend.ts';
import type { SshLimits } from '../../../../src/switches/ssh/transport.ts';
import type { VlanStep } from '../../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../../src/switches/vlans/state.ts';
import { permissive } from '../support/everything.ts';
import type { JunosOptions } from '../support/junos.ts';
import { CAPABILITIES, indexOf, JunosSwitch, portName, UPLINK_INDEX } from '../support/junos.ts';
import { adminOf, FOREVER, failure, log, NO_INDEXES, openTransport, rows } from '../support/open.ts';

interface Rig {
  readonly device: JunosSwitch;
  readonly backend: SwitchBackend;
  readonly vlans: VlanBackend;
  readonly during: (signal: AbortSignal) => SwitchBackend;
  readonly connections: () => number;
}

async function rig(options: JunosOptions = {}, limits: Partial<SshLimits> = {}, rpc = seconds(30)): Promise<Rig> {
  const device = new JunosSwitch(options);
  const { server, transport } = await openTransport({ subsystem: device.serve }, limits);
  const during = createJunos({
    transport,
    clock: realClock,
    log,
    limits: { trial: millis(1_000), settle: millis(5), rpc },
  });
  const backend = during(FOREVER);
  return { device, backend, vlans: backend.vlans!, during, connections: () => server.connections };
}

const port = (number: number) => bridgePort(indexOf(number));
const UPLINK = bridgePort(UPLINK_INDEX);
const V = (id: number) => vlanId(id);

/** The slot's VLAN from nothing: what a plan asks for in one batch. */
const isolate = (number: number, vlan: number): VlanStep[] => [
  { kind: 'create', vlan: V(vlan), name: `slot-${number}` },
  { kind: 'join-tagged', vlan: V(vlan), port: UPLINK },
  { kind: 'join-untagged', vlan: V(vlan), port: port(number) },
];

describe('a Junos switch', () => {
  it('says what it is', async () => {
    const { backend } = await rig();
    expect(await backend.identity()).toEqual({
      sysObjectID: '',
      sysDescr: 'Juniper Networks, ex3400-48p, junos 21.4R3.15',
      sysName: 'rack-sw1',
      upTime: expect.any(Number),
    });
  });

  it('has its PoE rows by member and port, and its interfaces by SNMP index', async () => {
    const { backend } = await rig();
    const { poeRows, interfaces } = await backend.portTables();
    expect(poeRows).toEqual(['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8']);
    expect(interfaces.get(indexOf(7))).toEqual({ name: 'ge-0/0/7', type: 6 });
    expect(interfaces.get(UPLINK_INDEX)).toEqual({ name: 'ae0', type: 161 });
    expect(interfaces.get(33)).toEqual({ name: 'me0', type: 53 });
  });

  it('tells power, class and link of every port, and its supply', async () => {
    const { backend } = await rig({ devices: [0, 3] });
    const { rows: ports, main, upTime } = await backend.state(NO_INDEXES);
    expect(ports).toHaveLength(8);
    expect(ports[0]).toEqual({
      row: '1.1',
      admin: true,
      detection: 'deliveringPower',
      denied: undefined,
      powerClass: 'class3',
      mpsAbsent: undefined,
      invalidSignature: undefined,
      overload: undefined,
      short: undefined,
      watts: 4.2,
      link: 'up',
    });
    expect(ports[1]).toMatchObject({
      admin: true,
      detection: 'searching',
      powerClass: undefined,
      watts: 0,
      link: 'down',
    });
    expect(main).toEqual({ consumption: 8.4, capacity: 370 });
    expect(upTime?.ticks).toBeCloseTo(100_000, -3);
  });

  it('is read the same as a stack of several members', async () => {
    const { backend } = await rig({ stack: true });
    expect((await backend.state(NO_INDEXES)).upTime?.ticks).toBeCloseTo(100_000, -3);
  });

  it('is asked over one connection and one session', async () => {
    const { backend, connections } = await rig();
    await backend.identity();
    await backend.state(NO_INDEXES);
    await backend.look(rows('1.1'), NO_INDEXES);
    expect(connections()).toBe(1);
  });

  it('has no row that it has not', async () => {
    const { backend } = await rig();
    expect(await failure(backend.look(rows('1.9'), NO_INDEXES))).toMatchObject({ code: 'ssh-answer-invalid' });
    const written = await backend.switchRows(rows('1.1', '1.9'), false);
    expect([...written.values()].every((one) => typeof one === 'object' && 'unanswered' in one)).toBe(true);
    expect(await adminOf(backend)).toMatchObject({ '1.1': true });
  });
});

describe('power of a Junos switch', () => {
  it('is off and on again, several ports in one commit', async () => {
    const { device, backend } = await rig();
    expect(new Set((await backend.switchRows(rows('1.1', '1.3'), false)).values())).toEqual(new Set(['answered']));
    expect(device.commits).toHaveLength(1);
    expect(await adminOf(backend)).toMatchObject({ '1.1': false, '1.2': true, '1.3': false, '1.4': true });
    const off = (await backend.look(rows('1.1'), NO_INDEXES)).seen.get(rows('1.1')[0]!);
    expect(off).toEqual({ admin: false, detection: 'disabled', denied: undefined });
    await backend.switchRows(rows('1.1'), true);
    expect((await backend.look(rows('1.1'), NO_INDEXES)).seen.get(rows('1.1')[0]!)).toMatchObject({
      detection: 'deliveringPower',
    });
    expect(device.locked).toBe(false);
    expect(device.onTrial).toBe(false);
  });

  it('comes on where PoE was never mentioned', async () => {
    const { device, backend } = await rig({ config: ['vlans default vlan-id 1'] });
    expect(await adminOf(backend)).toMatchObject({ '1.1': false });
    await backend.switchRows(rows('1.1'), true);
    expect(await adminOf(backend)).toMatchObject({ '1.1': true, '1.2': false });
    expect(device.loaded).toEqual(['set poe interface ge-0/0/0', 'delete poe interface ge-0/0/0 disable']);
  });

  it('is refused in the words of the switch while somebody configures it', async () => {
    const { device, backend } = await rig();
    device.lockBySomebody(true);
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({
      refused: {
        code: 'command-refused',
        message: expect.stringContaining('configuration database locked by: root terminal p0 (pid 4711)'),
      },
    });
    device.lockBySomebody(false);
    expect([...(await backend.switchRows(rows('1.1'), false)).values()]).toEqual(['answered']);
  });

  it('leaves alone what somebody has not committed yet', async () => {
    const { device, backend } = await rig();
    device.candidate.load('set interfaces ge-0/0/5 description half-done');
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({ refused: { words: 'configuration database modified' } });
    expect(device.commits).toHaveLength(0);
  });

  it('does not confirm what somebody has on trial', async () => {
    const { device, backend } = await rig();
    device.trialBySomebody(true);
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({
      refused: { code: 'commit-on-trial', message: expect.stringContaining('operator') },
    });
    expect(device.commits).toHaveLength(0);
    device.trialBySomebody(false);
    expect([...(await backend.switchRows(rows('1.1'), false)).values()]).toEqual(['answered']);
  });

  it.each(['load-configuration', 'commit'])('refused at %s leaves neither lock nor candidate', async (operation) => {
    const { device, backend } = await rig();
    device.fault = (now) => (now === operation ? { error: 'not today' } : undefined);
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({ refused: { words: 'not today' } });
    expect(device.locked).toBe(false);
    expect(device.candidate.same(device.running)).toBe(true);
    expect(device.running.poeEnabled(portName(0))).toBe(true);
  });

  it.each([
    ['lock', 'drop', true],
    ['load-configuration', 'drop-after', true],
    ['commit', 'drop', true],
    ['commit', 'drop-after', false],
    ['commit', 'half', false],
  ] as const)('cut off at %s (%s) is unknown, and a reading tells', async (operation, how, stillOn) => {
    const { device, backend } = await rig();
    device.fault = (now) => (now === operation ? how : undefined);
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({ unanswered: { code: 'ssh-lost' } });
    device.fault = undefined;
    expect(await adminOf(backend)).toMatchObject({ '1.1': stillOn });
    expect(device.locked).toBe(false);
  });

  it('that cannot be reached was not switched', async () => {
    const { backend } = await rig({ capabilities: ['urn:ietf:params:netconf:base:1.0'] });
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({
      refused: { code: 'ssh-unsupported', message: expect.stringContaining('candidate') },
    });
  });

  it('is not begun any more once its job is given up', async () => {
    const { device, during } = await rig();
    const abort = new AbortController();
    const late = new Error('too late');
    device.fault = (now) => {
      if (now === 'load-configuration') abort.abort(late);
      return undefined;
    };
    expect(await failure(during(abort.signal).switchRows(rows('1.1'), false))).toBe(late);
    expect(device.commits).toHaveLength(0);
    expect(device.locked).toBe(false);
    expect(device.candidate.same(device.running)).toBe(true);
  });
});

describe('answers that are none', () => {
  it.each([
    ['an answer to another question', '<rpc-reply message-id="99"><ok/></rpc-reply>]]>]]>', 'expected the reply'],
    ['no XML', 'root@sw> \r\n]]>]]>', 'text outside'],
    ['a prompt', '<rpc-reply message-id="1">root@sw# ]]>]]>', 'is not closed'],
    ['an empty table', '<rpc-reply message-id="1"><system-uptime-information/></rpc-reply>]]>]]>', undefined],
  ])('%s', async (_what, raw, words) => {
    const { device, backend } = await rig();
    device.fault = () => ({ raw });
    const error = await failure(backend.state(NO_INDEXES));
    expect(error).toMatchObject({ code: 'ssh-answer-invalid' });
    if (words !== undefined) expect(error?.message).toContain(words);
    device.fault = undefined;
    expect((await backend.state(NO_INDEXES)).rows).toHaveLength(8);
  });

  it('are cut off in the middle', async () => {
    const { device, backend, connections } = await rig();
    device.fault = (now) => (now === 'get-poe-interface-information' ? 'half' : undefined);
    expect(await failure(backend.state(NO_INDEXES))).toMatchObject({
      code: 'ssh-lost',
      last: expect.stringContaining('<interface-priority>Low</interface-priority>'),
    });
    device.fault = undefined;
    expect((await backend.state(NO_INDEXES)).rows).toHaveLength(8);
    expect(connections()).toBe(2);
  });

  it('do not come, and are given up', async () => {
    const { device, backend } = await rig({}, {}, millis(200));
    device.fault = (now) => (now === 'get-poe-interface-information' ? 'hang' : undefined);
    expect(await failure(backend.state(NO_INDEXES))).toMatchObject({
      code: 'ssh-timeout',
      message: expect.stringContaining('"]]>]]>" was not seen within'),
    });
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({ unanswered: { code: 'ssh-timeout' } });
    device.fault = undefined;
    expect((await backend.state(NO_INDEXES)).rows).toHaveLength(8);
  });

  it('are too long', async () => {
    const { device, backend } = await rig({}, { bytes: 64 * 1024 });
    device.fault = () => ({ raw: 'x'.repeat(200 * 1024) });
    expect(await failure(backend.state(NO_INDEXES))).toMatchObject({ code: 'ssh-flooded' });
  });

  it('come from a switch without NETCONF', async () => {
    const { transport } = await openTransport({});
    const backend = createJunos({ transport, clock: realClock, log })(FOREVER);
    expect(await failure(backend.identity())).toMatchObject({
      code: 'ssh-channel',
      message: expect.stringContaining('subsystem netconf'),
    });
  });
});

describe('VLANs of a Junos switch', () => {
  it('are read as the switch works them out', async () => {
    const { vlans } = await rig();
    const state = await vlans.read();
    expect([...state.vlans.keys()]).toEqual([1]);
    expect(state.vlans.get(V(1))?.name).toBe('default');
    expect(state.vlans.get(V(1))?.untagged.has(port(3))).toBe(true);
    expect(state.vlans.get(V(1))?.egress.has(UPLINK)).toBe(true);
    expect(state.vlans.get(V(1))?.untagged.has(UPLINK)).toBe(false);
    expect(state.ports.get(port(3))).toEqual({
      pvid: 1,
      frameTypes: 'all',
      ingressFiltering: true,
      mode: 'access',
      access: undefined,
      allows: undefined,
    });
    expect(state.ports.get(UPLINK)).toMatchObject({ pvid: 0, frameTypes: 'tagged-only', mode: 'trunk', allows: '1' });
    expect(await vlans.pvids()).toEqual(new Map([0, 1, 2, 3, 4, 5, 6, 7].map((number) => [port(number), 1])));
  });

  it('count what a trunk would carry: all, ranges and names', async () => {
    const trunk = 'interfaces ae0 unit 0 family ethernet-switching';
    const config = ['vlans default vlan-id 1', 'vlans a vlan-id 30', `${trunk} interface-mode trunk`];
    const members = async (...list: string[]) => {
      const { vlans } = await rig({ config: [...config, ...list.map((one) => `${trunk} vlan members ${one}`)] });
      return (await vlans.read()).ports.get(UPLINK)?.allows;
    };
    expect(await members('all')).toBe('1-4094');
    expect(await members('10-20', 'a', '40')).toBe('10-20,30,40');
  });

  it('of a board are its own after one batch, in one trial, and the uplink gains nothing else', async () => {
    const { device, vlans } = await rig();
    const guard = permissive();
    const state = await vlans.read();
    expect(await vlans.write([...isolate(3, 103), ...isolate(4, 104)], state, guard)).toEqual([]);
    expect(device.loaded).toEqual([
      'set vlans slot-3 vlan-id 103',
      'set vlans slot-4 vlan-id 104',
      'set interfaces ae0 unit 0 family ethernet-switching vlan members 103',
      'set interfaces ae0 unit 0 family ethernet-switching vlan members 104',
      'delete interfaces ge-0/0/3 unit 0 family ethernet-switching vlan members default',
      'set interfaces ge-0/0/3 unit 0 family ethernet-switching vlan members 103',
      'delete interfaces ge-0/0/4 unit 0 family ethernet-switching vlan members default',
      'set interfaces ge-0/0/4 unit 0 family ethernet-switching vlan members 104',
    ]);
    expect(device.operations.filter((one) => one.startsWith('commit'))).toEqual(['commit-confirmed', 'commit']);
    expect(device.onTrial).toBe(false);
    const after = await vlans.read();
    expect([...after.vlans.get(V(103))!.egress].sort()).toEqual([port(3), UPLINK].sort());
    expect(after.ports.get(port(3))).toMatchObject({ pvid: 103, mode: 'access' });
    expect(after.ports.get(UPLINK)?.allows).toBe('1,103-104');
    expect(guard.seen).toContainEqual({ kind: 'egress', vlan: 1, port: port(3), on: false });
    expect(guard.seen).toContainEqual({ kind: 'pvid', port: port(3), vlan: 103 });
    expect(guard.seen).toContainEqual({ kind: 'egress', vlan: 103, port: UPLINK, on: true });
    expect(guard.seen.filter((change) => (change as { port?: number }).port === UPLINK)).toHaveLength(2);
  });

  it('are not written when the guard says no', async () => {
    const { device, vlans } = await rig();
    const state = await vlans.read();
    const no = new Error('no');
    const guard = {
      check: () => {
        throw no;
      },
    };
    expect(await failure(vlans.write(isolate(3, 103), state, guard))).toBe(no);
    expect(device.operations).not.toContain('lock');
  });

  it('that are so already cost no commit', async () => {
    const { device, vlans } = await rig();
    await vlans.write(isolate(3, 103), await vlans.read(), permissive());
    const before = device.commits.length;
    const again: VlanStep[] = [
      ...isolate(3, 103),
      { kind: 'pvid', port: port(3), vlan: V(103) },
      { kind: 'leave', port: port(3), vlan: V(1) },
      { kind: 'mode', port: port(3), mode: 'access' },
      { kind: 'frame-types', port: port(3), frameTypes: 'all' },
      { kind: 'ingress-filtering', port: port(3), on: true },
    ];
    expect(await vlans.write(again, await vlans.read(), permissive())).toEqual([]);
    expect(device.commits).toHaveLength(before);
  });

  it('turn a trunk into a port of a board, and back', async () => {
    const { device, vlans } = await rig();
    for (const text of [
      'set vlans old vlan-id 50',
      'set interfaces ge-0/0/3 unit 0 family ethernet-switching interface-mode trunk',
      'set interfaces ge-0/0/3 unit 0 family ethernet-switching vlan members 50',
      'set interfaces ge-0/0/3 native-vlan-id 1',
    ]) {
      device.running.load(text);
      device.candidate.load(text);
    }
    const before = await vlans.read();
    expect(before.ports.get(port(3))).toMatchObject({ mode: 'trunk', pvid: 1, allows: '1,50' });
    const mode: VlanStep = { kind: 'mode', port: port(3), mode: 'access' };
    expect(await vlans.write([mode, ...isolate(3, 103)], await vlans.read(), permissive())).toEqual([]);
    expect((await vlans.read()).ports.get(port(3))).toMatchObject({ mode: 'access', pvid: 103 });
    const back: VlanStep[] = [
      { kind: 'mode', port: port(3), mode: 'trunk' },
      { kind: 'join-untagged', port: port(3), vlan: V(1) },
      { kind: 'join-tagged', port: port(3), vlan: V(50) },
      { kind: 'leave', port: port(3), vlan: V(103) },
      { kind: 'leave', port: UPLINK, vlan: V(103) },
      { kind: 'destroy', vlan: V(103) },
    ];
    expect(await vlans.write(back, await vlans.read(), permissive())).toEqual([]);
    expect(await vlans.read()).toEqual(before);
  });

  it('that this family cannot do are refused with the reason, and the rest is done', async () => {
    const { vlans } = await rig();
    const state = await vlans.read();
    const steps: VlanStep[] = [
      { kind: 'mode', port: port(2), mode: 'general' },
      { kind: 'ingress-filtering', port: port(2), on: false },
      { kind: 'frame-types', port: port(2), frameTypes: 'tagged-only' },
      { kind: 'join-tagged', port: port(2), vlan: V(1) },
      { kind: 'access-vlan', port: port(2), vlan: V(1) },
      { kind: 'pvid', port: bridgePort(4_711), vlan: V(1) },
      { kind: 'create', vlan: V(60), name: 'bad name; rm' },
      { kind: 'create', vlan: V(61), name: 'default' },
    ];
    const refused = await vlans.write([...steps, ...isolate(3, 103)], state, permissive());
    expect(refused.map((one) => one.steps[0])).toEqual(steps);
    expect(refused.map((one) => one.reason)).toEqual([
      'Junos has no port mode general',
      expect.stringContaining('always drops frames'),
      expect.stringContaining('follows from its mode'),
      expect.stringContaining('access port carries no tagged VLAN'),
      expect.stringContaining('no access VLAN'),
      expect.stringContaining('SNMP index 4711'),
      expect.stringContaining('"bad name; rm" is not written into a command'),
      expect.stringContaining('belongs to VLAN 1'),
    ]);
    expect((await vlans.read()).ports.get(port(3))?.pvid).toBe(103);
  });

  it('of a range are not taken apart', async () => {
    const { device, vlans } = await rig();
    for (const store of [device.running, device.candidate]) {
      store.load('set interfaces ae0 unit 0 family ethernet-switching vlan members 100-110');
      store.load('set vlans slot-3 vlan-id 103');
    }
    const refused = await vlans.write(
      [{ kind: 'leave', port: UPLINK, vlan: V(103) }],
      await vlans.read(),
      permissive(),
    );
    expect(refused[0]?.reason).toContain('members 100-110');
    expect(device.commits).toHaveLength(0);
  });

  it('that come from a group or a range of interfaces are left to a person', async () => {
    const { device, vlans } = await rig();
    const state = await vlans.read();
    for (const store of [device.running, device.candidate]) {
      for (const line of [...store.lines]) if (line.startsWith('interfaces ge-0/0/3 ')) store.lines.delete(line);
    }
    const refused = await vlans.write([{ kind: 'pvid', port: port(3), vlan: V(1) }], state, permissive());
    expect(refused[0]?.reason).toContain('take it out of groups and ranges');
  });

  it('are refused in the words of the commit check', async () => {
    const { device, vlans } = await rig();
    device.fault = (now) => (now === 'commit-confirmed' ? { error: 'vlan <slot-3> not found' } : undefined);
    const error = await failure(vlans.write(isolate(3, 103), await vlans.read(), permissive()));
    expect(error).toMatchObject({ code: 'command-refused', words: 'vlan <slot-3> not found' });
    device.fault = undefined;
    expect(device.locked).toBe(false);
    expect([...(await vlans.read()).vlans.keys()]).toEqual([1]);
    expect(await vlans.write(isolate(3, 103), await vlans.read(), permissive())).toEqual([]);
  });

  it('of the older layer 2 software are not touched', async () => {
    const { vlans, backend } = await rig({ els: false });
    expect(await failure(vlans.read())).toMatchObject({
      code: 'ssh-unsupported',
      message: expect.stringContaining('no ELS'),
    });
    expect((await backend.state(NO_INDEXES)).rows).toHaveLength(8);
  });
});

describe('a change on trial that is not confirmed', () => {
  it.each([
    ['the switch falls silent after the commit', 'get-system-uptime-information', 'drop'],
    ['the confirmation does not arrive', 'commit', 'drop'],
  ] as const)('because %s is taken back by the switch, and is never taken for done', async (_what, operation, how) => {
    const { device, backend, vlans } = await rig();
    device.revertsAtOnce = false;
    const before = await vlans.read();
    let armed = false;
    device.fault = (now) => {
      if (now === 'commit-confirmed') armed = true;
      return armed && now === operation ? how : undefined;
    };
    expect(await failure(vlans.write(isolate(3, 103), before, permissive()))).toMatchObject({ code: 'ssh-lost' });
    device.fault = undefined;
    expect(device.onTrial).toBe(true);
    // What is read now may be gone in a minute, and any commit would confirm it.
    expect(await failure(vlans.read())).toMatchObject({ code: 'commit-on-trial' });
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({ refused: { code: 'commit-on-trial' } });
    expect(device.onTrial).toBe(true);
    await expect.poll(() => failure(vlans.read()), { timeout: 10_000 }).toBeUndefined();
    expect(await vlans.read()).toEqual(before);
    expect([...(await backend.switchRows(rows('1.1'), false)).values()]).toEqual(['answered']);
  });

  it('is seen by the next process as well', async () => {
    const first = await rig();
    first.device.revertsAtOnce = false;
    let armed = false;
    first.device.fault = (now) => {
      if (now === 'commit-confirmed') armed = true;
      return armed && now === 'commit' ? 'drop' : undefined;
    };
    await failure(first.vlans.write(isolate(3, 103), await first.vlans.read(), permissive()));
    first.device.fault = undefined;
    const { transport } = await openTransport({ subsystem: first.device.serve });
    const next = createJunos({ transport, clock: realClock, log })(FOREVER);
    expect(await failure(next.vlans!.read())).toMatchObject({
      code: 'commit-on-trial',
      message: expect.stringContaining('a change by operator is on trial'),
    });
  });

  it('may have been confirmed although the answer was lost: then it stays', async () => {
    const { device, vlans } = await rig();
    let armed = false;
    device.fault = (now) => {
      if (now === 'commit-confirmed') armed = true;
      return armed && now === 'commit' ? 'drop-after' : undefined;
    };
    expect(await failure(vlans.write(isolate(3, 103), await vlans.read(), permissive()))).toMatchObject({
      code: 'ssh-lost',
    });
    device.fault = undefined;
    await expect.poll(() => failure(vlans.read()), { timeout: 10_000 }).toBeUndefined();
    expect((await vlans.read()).ports.get(port(3))?.pvid).toBe(103);
  });

  it('needs a switch that can', async () => {
    const { device, vlans } = await rig({ capabilities: CAPABILITIES.filter((one) => !one.includes('confirmed')) });
    expect(await failure(vlans.write(isolate(3, 103), await vlans.read(), permissive()))).toMatchObject({
      code: 'ssh-unsupported',
    });
    expect(device.operations).not.toContain('lock');
  });
});
