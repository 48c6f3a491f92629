import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import { millis, vlanId } from '../../../../src/rack/units.ts';
import type { SwitchBackend, VlanBackend } from '../../../../src/switches/backend.ts';
import { createRouterOs } from '../../../../src/switches/ssh/routeros/backend.ts';
import type { SshLimits } from '../../../../src/switches/ssh/transport.ts';
import type { VlanStep } from '../../../../src/switches/vlans/state.ts';
import { bridgePort } from '../../../../src/switches/vlans/state.ts';
import { permissive } from '../support/everything.ts';
import { adminOf, FOREVER, failure, NO_INDEXES, openTransport, rows } from '../support/open.ts';
import type { RouterOsOptions } from '../support/routeros.ts';
import { portName, RouterOsSwitch, UPLINK, UPLINK_ID } from '../support/routeros.ts';

interface Rig {
  readonly device: RouterOsSwitch;
  readonly backend: SwitchBackend;
  readonly vlans: VlanBackend;
  readonly during: (signal: AbortSignal) => SwitchBackend;
  readonly commands: readonly string[];
}

async function rig(options: RouterOsOptions = {}, limits: Partial<SshLimits> = {}): Promise<Rig> {
  const device = new RouterOsSwitch(options);
  const { server, transport } = await openTransport({ exec: device.exec }, limits);
  const during = createRouterOs({ transport, clock: realClock });
  const backend = during(FOREVER);
  return { device, backend, vlans: backend.vlans!, during, commands: server.commands };
}

const V = (id: number) => vlanId(id);
const port = (number: number) => bridgePort(number);
const TRUNK = bridgePort(UPLINK_ID);
const CPU = bridgePort(0x41);

const isolate = (number: number, vlan: number): VlanStep[] => [
  { kind: 'create', vlan: V(vlan), name: `slot-${number}` },
  { kind: 'join-tagged', vlan: V(vlan), port: TRUNK },
  { kind: 'join-untagged', vlan: V(vlan), port: port(number) },
];

describe('a RouterOS switch', () => {
  it('says what it is', async () => {
    const { backend } = await rig();
    expect(await backend.identity()).toEqual({
      sysObjectID: '',
      sysDescr: 'RouterOS 7.15.3 (stable) CRS328-24P-4S+',
      sysName: 'rack-sw2',
      upTime: (9 * 24 * 3_600 + 3 * 3_600 + 4 * 60 + 5) * 1_000,
    });
  });

  it('has rows and interfaces by their internal ids', async () => {
    const { backend } = await rig();
    const { poeRows, interfaces } = await backend.portTables();
    expect(poeRows).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(interfaces.get(7)).toMatchObject({ name: 'ether7', type: 6 });
    expect(interfaces.get(UPLINK_ID)).toMatchObject({ name: UPLINK, type: 6 });
    expect(interfaces.get(0x42)).toMatchObject({ name: 'management', type: 53 });
  });

  it('tells power and link of every port', async () => {
    const { backend } = await rig({ devices: [1, 4] });
    const { rows: ports, main, upTime } = await backend.state(NO_INDEXES);
    expect(ports[0]).toMatchObject({ row: '1', admin: true, detection: 'deliveringPower', watts: 4.8, link: 'up' });
    expect(ports[1]).toMatchObject({ row: '2', admin: true, detection: 'searching', watts: undefined, link: 'down' });
    expect(main).toEqual({ consumption: undefined, capacity: undefined });
    expect(upTime?.ticks).toBe(78_864_500);
  });

  it('with one PoE port answers without a list', async () => {
    const { backend } = await rig({ ports: 1 });
    expect((await backend.look(rows('1'), NO_INDEXES)).seen.get(rows('1')[0]!)).toMatchObject({
      detection: 'deliveringPower',
    });
  });

  it.each([
    ['powered-on', 'deliveringPower'],
    ['waiting-for-load', 'searching'],
    ['short-circuit', 'fault'],
    ['overload', 'fault'],
    ['current-too-low', 'otherFault'],
    ['voltage_too_high', 'otherFault'],
    ['power_reset', 'searching'],
    ['off', 'disabled'],
    ['constructor', 'unknown(0)'],
    ['something new', 'unknown(0)'],
  ])('status %s is %s', async (status, detection) => {
    const monitor = JSON.stringify(
      [1, 2].map((one) => ({ name: portName(one), 'poe-out-status': status, 'poe-out-power': '1.5W' })),
    );
    const settings = JSON.stringify(
      [1, 2].map((one) => ({ '.id': `*${one}`, name: portName(one), 'poe-out': 'auto-on' })),
    );
    const { device, backend } = await rig({ ports: 2 });
    device.fault = () => ({ say: `00:10:00\r\n${settings}\r\n${monitor}\r\npirack-done\r\n` });
    const { seen, upTime } = await backend.look(rows('1'), NO_INDEXES);
    expect(seen.get(rows('1')[0]!)).toEqual({ admin: true, detection, denied: undefined });
    expect(upTime?.ticks).toBe(60_000);
  });

  it('of before 7.13 is told to be too old', async () => {
    const { backend } = await rig({ old: true });
    expect(await failure(backend.state(NO_INDEXES))).toMatchObject({
      code: 'command-refused',
      message: expect.stringContaining('RouterOS 7.13 or newer is needed'),
    });
  });
});

describe('power of a RouterOS switch', () => {
  it('is off and on again', async () => {
    const { backend, commands } = await rig();
    expect([...(await backend.switchRows(rows('1', '3'), false)).values()]).toEqual(['answered', 'answered']);
    expect(commands.at(-1)).toBe(
      '/interface ethernet poe set [find where name="ether1"] poe-out=off; :put "pirack-done-0"; /interface ethernet poe set [find where name="ether3"] poe-out=off; :put "pirack-done-1"',
    );
    expect(await adminOf(backend)).toMatchObject({ '1': false, '2': true, '3': false });
    expect((await backend.look(rows('1'), NO_INDEXES)).seen.get(rows('1')[0]!)).toMatchObject({
      detection: 'disabled',
    });
    await backend.switchRows(rows('1', '3'), true);
    expect(await adminOf(backend)).toMatchObject({ '1': true, '3': true });
  });

  it('comes back as it was: a port that was forced on is forced on again', async () => {
    const { device, backend } = await rig();
    device.row('/interface ethernet poe', 'name', 'ether2')['poe-out'] = 'forced-on';
    await backend.switchRows(rows('1', '2'), false);
    await backend.switchRows(rows('1', '2'), true);
    expect(device.row('/interface ethernet poe', 'name', 'ether1')['poe-out']).toBe('auto-on');
    expect(device.row('/interface ethernet poe', 'name', 'ether2')['poe-out']).toBe('forced-on');
  });

  it('follows a port that was renamed, and leaves one alone whose name is not fit for a command', async () => {
    const { device, backend, commands } = await rig();
    for (const menu of ['/interface', '/interface ethernet poe'] as const) {
      device.row(menu, 'name', 'ether1').name = 'pi-01';
      device.row(menu, 'name', 'ether2').name = 'pi"; /system reset-configuration; "';
    }
    const written = await backend.switchRows(rows('1', '2', '3'), false);
    expect(written.get(rows('1')[0]!)).toBe('answered');
    expect(written.get(rows('2')[0]!)).toMatchObject({ refused: { code: 'unsafe-name' } });
    expect(written.get(rows('3')[0]!)).toBe('answered');
    expect(commands.join()).not.toContain('reset-configuration');
    expect(device.row('/interface ethernet poe', 'name', 'pi-01')['poe-out']).toBe('off');
  });

  it('that one port is refused is its own affair', async () => {
    const { device, backend } = await rig();
    let asked = 0;
    device.refuse = (path, verb) => {
      if (path !== '/interface ethernet poe' || verb !== 'set') return undefined;
      asked += 1;
      return asked === 2 ? 'failure: poe controller is busy' : undefined;
    };
    const written = await backend.switchRows(rows('1', '2', '3'), false);
    expect(written.get(rows('1')[0]!)).toBe('answered');
    expect(written.get(rows('2')[0]!)).toMatchObject({ refused: { words: 'failure: poe controller is busy' } });
    expect(written.get(rows('3')[0]!)).toBe('answered');
    expect(await adminOf(backend)).toMatchObject({ '1': false, '2': true, '3': false });
  });

  it.each([
    ['drop', 'ssh-lost'],
    ['half', 'ssh-answer-invalid'],
    ['hang', 'ssh-timeout'],
  ] as const)('whose answer is cut off (%s) is unknown', async (fault, code) => {
    const { device, backend } = await rig({}, { command: millis(300) });
    device.fault = (script) => (script.includes('poe-out=off') ? fault : undefined);
    const [first, second] = (await backend.switchRows(rows('1', '2'), false)).values();
    expect(
      [first, second].some((one) => typeof one === 'object' && 'unanswered' in one && one.unanswered.code === code),
    ).toBe(true);
    device.fault = undefined;
    await backend.state(NO_INDEXES);
  });

  it('is not begun any more once its job is given up', async () => {
    const { device, during, commands } = await rig();
    const abort = new AbortController();
    const late = new Error('too late');
    device.fault = () => {
      abort.abort(late);
      return undefined;
    };
    expect(await failure(during(abort.signal).switchRows(rows('1'), false))).toBe(late);
    expect(commands).toHaveLength(1);
  });
});

describe('answers that are none', () => {
  it.each([
    ['an error in the middle', '00:00:10\r\nfailure: internal error\r\n', 'command-refused', 'failure: internal error'],
    ['nothing', '', 'command-refused', 'without a word'],
    ['half of a table', '00:00:10\r\n[{"name":"ether1","poe-o', 'ssh-answer-invalid', 'the end'],
    ['no JSON', '00:00:10\r\nx\r\ny\r\npirack-done\r\n', 'ssh-answer-invalid', 'JSON'],
    ['rows that are none', '00:00:10\r\n[1]\r\n[]\r\npirack-done\r\n', 'ssh-answer-invalid', 'a row is no row'],
    ['an empty table', '00:00:10\r\n[]\r\n[]\r\npirack-done\r\n', 'ssh-answer-invalid', 'lists no port'],
    ['a line too many', '00:00:10\r\n[]\r\n[]\r\n[]\r\npirack-done\r\n', 'ssh-answer-invalid', 'expected 3 lines'],
    [
      'a table without its other half',
      '00:00:10\r\n[{".id":"*1","name":"ether1","poe-out":"off"}]\r\n[]\r\npirack-done\r\n',
      'ssh-answer-invalid',
      'ether1 is missing',
    ],
  ])('%s', async (_what, say, code, words) => {
    const { device, backend } = await rig();
    device.fault = () => ({ say });
    const error = await failure(backend.look(rows('1'), NO_INDEXES));
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(words);
  });
});

describe('VLANs of a RouterOS switch', () => {
  it('are read from rows and from PVIDs', async () => {
    const { device, vlans } = await rig();
    device.addVlan({ 'vlan-ids': [50], tagged: [UPLINK, 'bridge1'], untagged: ['ether8'], comment: 'lab' });
    device.addVlan({ 'vlan-ids': '60-61', tagged: [UPLINK] });
    device.addVlan({ 'vlan-ids': [70], tagged: [UPLINK], disabled: true });
    const state = await vlans.read();
    expect([...state.vlans.keys()].sort((a, b) => a - b)).toEqual([1, 50, 60, 61]);
    expect(state.vlans.get(V(50))).toEqual({
      name: 'lab',
      egress: new Set([TRUNK, CPU, port(8)]),
      untagged: new Set([port(8)]),
    });
    expect(state.vlans.get(V(1))?.untagged.has(port(3))).toBe(true);
    expect(state.ports.get(port(3))).toEqual({
      pvid: 1,
      frameTypes: 'all',
      ingressFiltering: true,
      mode: undefined,
      access: undefined,
      allows: undefined,
    });
    expect((await vlans.pvids()).get(port(3))).toBe(1);
  });

  it('need one bridge that filters them', async () => {
    const { vlans, device } = await rig({ filtering: false });
    expect(await failure(vlans.read())).toMatchObject({
      code: 'ssh-unsupported',
      message: expect.stringContaining('set vlan-filtering=yes by hand'),
    });
    device.menus['/interface bridge'] = [];
    expect((await failure(vlans.read()))?.message).toContain('there is no bridge');
    device.menus['/interface bridge'] = ['a', 'b'].map((name, at) => ({
      id: `*A${at}`,
      name,
      'vlan-filtering': true,
      pvid: 1,
    }));
    expect((await failure(vlans.read()))?.message).toContain('more than one bridge filters VLANs (a, b)');
  });

  it('of a board are its own: members first, then the PVID', async () => {
    const { device, vlans, commands } = await rig();
    const guard = permissive();
    expect(await vlans.write([...isolate(3, 103), ...isolate(4, 104)], await vlans.read(), guard)).toEqual([]);
    expect(device.menus['/interface bridge vlan']).toHaveLength(2);
    const pvid: VlanStep[] = [3, 4].map((number) => ({ kind: 'pvid', port: port(number), vlan: V(100 + number) }));
    expect(await vlans.write(pvid, await vlans.read(), guard)).toEqual([]);
    const after = await vlans.read();
    expect(after.vlans.get(V(103))).toEqual({
      name: 'slot-3',
      egress: new Set([TRUNK, port(3)]),
      untagged: new Set([port(3)]),
    });
    expect(after.ports.get(port(3))?.pvid).toBe(103);
    expect(after.vlans.get(V(1))?.egress.has(port(3))).toBe(false);
    expect(guard.seen).toContainEqual({ kind: 'create', vlan: 103 });
    expect(guard.seen).toContainEqual({ kind: 'egress', vlan: 103, port: TRUNK, on: true });
    expect(guard.seen).toContainEqual({ kind: 'pvid', port: port(3), vlan: 103 });
    // What a new PVID brings and takes is judged with the PVID.
    expect(guard.seen).not.toContainEqual(expect.objectContaining({ vlan: 1 }));
    expect(guard.seen.filter((change) => (change as { port?: number }).port === TRUNK)).toHaveLength(2);
    expect(commands.filter((one) => one.includes(' add '))).toHaveLength(1);
  });

  it('are put back', async () => {
    const { vlans } = await rig();
    const before = await vlans.read();
    await vlans.write([...isolate(3, 103), { kind: 'pvid', port: port(3), vlan: V(103) }], before, permissive());
    const back: VlanStep[] = [
      { kind: 'pvid', port: port(3), vlan: V(1) },
      { kind: 'leave', vlan: V(103), port: port(3) },
      { kind: 'leave', vlan: V(103), port: TRUNK },
    ];
    expect(await vlans.write(back, await vlans.read(), permissive())).toEqual([]);
    expect(await vlans.write([{ kind: 'destroy', vlan: V(103) }], await vlans.read(), permissive())).toEqual([]);
    expect(await vlans.read()).toEqual(before);
  });

  it('harden', async () => {
    const { device, vlans } = await rig();
    const row = device.row('/interface bridge port', 'interface', 'ether3');
    Object.assign(row, { 'ingress-filtering': false, 'frame-types': 'admit-only-vlan-tagged' });
    expect((await vlans.read()).ports.get(port(3))).toMatchObject({
      frameTypes: 'tagged-only',
      ingressFiltering: false,
    });
    const steps: VlanStep[] = [
      { kind: 'frame-types', port: port(3), frameTypes: 'all' },
      { kind: 'ingress-filtering', port: port(3), on: true },
    ];
    expect(await vlans.write(steps, await vlans.read(), permissive())).toEqual([]);
    expect((await vlans.read()).ports.get(port(3))).toMatchObject({ frameTypes: 'all', ingressFiltering: true });
  });

  it('that are so already cost no command', async () => {
    const { vlans, commands } = await rig();
    await vlans.write(isolate(3, 103), await vlans.read(), permissive());
    const state = await vlans.read();
    const before = commands.length;
    const again: VlanStep[] = [
      ...isolate(3, 103),
      { kind: 'pvid', port: port(4), vlan: V(1) },
      { kind: 'leave', port: port(4), vlan: V(20) },
    ];
    expect(await vlans.write(again, state, permissive())).toEqual([]);
    expect(commands.length - before).toBe(1);
  });

  it('that a port is in by its PVID alone are left by dropping what comes untagged, and joined by the PVID', async () => {
    const { device, vlans } = await rig();
    const guard = permissive();
    await vlans.write([{ kind: 'leave', port: port(4), vlan: V(1) }], await vlans.read(), guard);
    expect(device.row('/interface bridge port', 'interface', 'ether4')['frame-types']).toBe('admit-only-vlan-tagged');
    expect(guard.seen).toContainEqual({ kind: 'egress', vlan: 1, port: port(4), on: false });
    expect((await vlans.read()).vlans.get(V(1))?.egress.has(port(4))).toBe(false);

    device.row('/interface bridge port', 'interface', 'ether5').pvid = 30;
    await vlans.write([{ kind: 'join-untagged', port: port(5), vlan: V(1) }], await vlans.read(), guard);
    expect((await vlans.read()).ports.get(port(5))?.pvid).toBe(1);
    expect(device.menus['/interface bridge vlan']).toEqual([]);
  });

  it('that a row has tagged are tagged, whatever the PVID says', async () => {
    const { device, vlans } = await rig();
    device.addVlan({ 'vlan-ids': [1], tagged: [portName(4)] });
    const state = await vlans.read();
    expect([state.vlans.get(V(1))?.egress.has(port(4)), state.vlans.get(V(1))?.untagged.has(port(4))]).toEqual([
      true,
      false,
    ]);
  });

  it('exist by a PVID alone, and get a row without being made anew', async () => {
    const { device, vlans } = await rig();
    device.row('/interface bridge port', 'interface', 'ether3').pvid = 103;
    const state = await vlans.read();
    expect(state.vlans.has(V(103))).toBe(true);
    const guard = permissive();
    expect(await vlans.write(isolate(3, 103).slice(1), state, guard)).toEqual([]);
    expect(guard.seen).toEqual([{ kind: 'egress', vlan: 103, port: TRUNK, on: true }]);
    expect((await vlans.read()).vlans.get(V(103))?.egress).toEqual(new Set([TRUNK, port(3)]));
  });

  it('that cannot be done are refused with the reason, and the rest is done', async () => {
    const { device, vlans } = await rig();
    device.addVlan({ 'vlan-ids': '60-61', tagged: [UPLINK] });
    device.row('/interface bridge port', 'interface', 'ether7').dynamic = true;
    const steps: VlanStep[] = [
      { kind: 'mode', port: port(2), mode: 'access' },
      { kind: 'access-vlan', port: port(2), vlan: V(1) },
      { kind: 'join-untagged', port: port(2), vlan: V(60) },
      { kind: 'destroy', vlan: V(61) },
      { kind: 'pvid', port: bridgePort(4_711), vlan: V(1) },
      { kind: 'pvid', port: port(7), vlan: V(5) },
      { kind: 'create', vlan: V(62), name: 'bad"; /quit' },
    ];
    const refused = await vlans.write([...steps, ...isolate(3, 103)], await vlans.read(), permissive());
    const reasonOf = (step: VlanStep) => refused.find((one) => one.steps.includes(step))?.reason;
    expect(steps.map(reasonOf)).toEqual([
      'ports of RouterOS know no mode access',
      'ports of RouterOS know no access-vlan',
      expect.stringContaining('shares a row'),
      expect.stringContaining('shares a row'),
      expect.stringContaining('no port of bridge1'),
      expect.stringContaining('by RouterOS itself'),
      expect.stringContaining('is not written into a command'),
    ]);
    expect((await vlans.read()).vlans.get(V(103))?.egress).toEqual(new Set([TRUNK, port(3)]));
  });

  it('that the switch refuses are told in its words', async () => {
    const { device, vlans } = await rig();
    device.refuse = (path, verb) =>
      path === '/interface bridge vlan' && verb === 'add' ? 'failure: too many vlans' : undefined;
    const steps = [...isolate(3, 103), ...isolate(4, 104)];
    const refused = await vlans.write(steps, await vlans.read(), permissive());
    expect(refused.flatMap((one) => one.steps)).toHaveLength(6);
    expect(refused[0]?.reason).toContain('"failure: too many vlans"');
  });

  it('of a hundred boards go into few scripts, none of them long', async () => {
    const { vlans, commands } = await rig({ ports: 48 });
    const steps = Array.from({ length: 48 }, (_, at) => isolate(at + 1, 101 + at)).flat();
    expect(await vlans.write(steps, await vlans.read(), permissive())).toEqual([]);
    const writes = commands.filter((one) => one.includes(' add '));
    expect(writes.length).toBeLessThan(6);
    expect(Math.max(...writes.map((one) => one.length))).toBeLessThan(4_200);
    expect((await vlans.read()).vlans.size).toBe(49);
  });

  it('are not written when the guard says no', async () => {
    const { vlans, commands } = await rig();
    const no = new Error('no');
    const guard = {
      check: () => {
        throw no;
      },
    };
    expect(await failure(vlans.write(isolate(3, 103), await vlans.read(), guard))).toBe(no);
    expect(commands.join()).not.toContain(' add ');
  });
});
