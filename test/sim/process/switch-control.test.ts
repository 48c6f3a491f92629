import { beforeEach, describe, expect, it } from 'vitest';
import { answer, type ControlTarget } from '../../../src/sim/process/control.ts';
import { restDials } from '../../../src/sim/process/dials.ts';
import type { SwitchView } from '../../../src/sim/process/switch-control.ts';
import { isolatedConfig } from '../../../src/sim/switch/bridge.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch, plugIn } from '../../switches/support/rig.ts';

let clock: VirtualClock;
let device: VirtualSwitch;
let rack: ControlTarget;
beforeEach(() => {
  clock = new VirtualClock();
  const access = new Map([
    [1, 101],
    [2, 102],
  ]);
  const start = isolatedConfig([1, 2, 3, 4, 5], access, [5]);
  device = makeSwitch(clock, { ports: 4, uplinks: 1, vlans: { start } });
  plugIn(device, [1, 2]);
  rack = { devices: new Map(), switches: new Map([['psw1', device]]), ports: new Map([['psw1', [1, 2]]]) };
});

const asText = (body: unknown) => (typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));
const post = (path: string, body?: unknown) => answer('POST', path, rack, asText(body));
const view = () => answer('GET', '/switches/psw1', rack).body as SwitchView;

describe('a simulated switch, asked', () => {
  it('tells where its ports are', () => {
    expect(answer('GET', '/switches', rack)).toEqual({ status: 200, body: [view()] });
    expect(view()).toMatchObject({ name: 'psw1', up: true, budget: 370 });
    expect(view().ports).toEqual([
      { port: 1, admin: true, detection: 2, denied: 0, vlan: 101, trunk: true },
      { port: 2, admin: true, detection: 2, denied: 0, vlan: 102, trunk: true },
    ]);
  });

  it('restarts, once at a time', () => {
    expect(post('/switches/psw1/reboot')).toMatchObject({ status: 200, body: { up: false } });
    expect(view().ports[0]).not.toHaveProperty('vlan');
    expect(post('/switches/psw1/reboot')).toEqual({ status: 409, body: { error: 'psw1 is restarting already' } });
    clock.advance(100);
    expect(view()).toMatchObject({ up: true, ports: [{ vlan: 101 }, { vlan: 102 }] });
  });

  it('moves a port to a VLAN, whether there is one or not, and forgets it in a restart', () => {
    expect(post('/switches/psw1/ports/1/vlan', { vlan: 102 })).toMatchObject({
      status: 200,
      body: { ports: [{ vlan: 102, trunk: true }, { vlan: 102 }] },
    });
    expect(post('/switches/psw1/ports/1/vlan', { vlan: 300 })).toMatchObject({
      body: { ports: [{ vlan: 300, trunk: false }, { vlan: 102 }] },
    });
    const { vlans, ports } = device.bridge.config;
    expect([...vlans].filter(([, { egress }]) => egress.has(1)).map(([id]) => id)).toEqual([300]);
    expect(ports.get(1)?.pvid).toBe(300);
    post('/switches/psw1/reboot');
    clock.advance(100);
    expect(view().ports[0]).toMatchObject({ vlan: 101 });
  });

  it('has a budget that can be changed', () => {
    clock.advance(200);
    expect(view().watts).toBe(8);
    expect(post('/switches/psw1/budget', { watts: 5 })).toMatchObject({ status: 200, body: { budget: 5, watts: 8 } });
    device.detach(1);
    plugIn(device, [1]);
    clock.advance(200);
    expect(view().ports[0]!.denied).toBeGreaterThan(0);
    post('/switches/psw1/budget', { watts: 30 });
    clock.advance(200);
    expect(view()).toMatchObject({ watts: 8, ports: [{ detection: 3 }, { detection: 3 }] });
  });

  it('has faults that can be turned', () => {
    expect(answer('GET', '/switches/psw1/faults', rack)).toEqual({ status: 200, body: restDials() });
    expect(post('/switches/psw1/faults', { slow: 20, denied: [2] })).toEqual({
      status: 200,
      body: { ...restDials(), slow: 20, denied: [2] },
    });
    expect(device.faults.denied).toEqual(new Set([2]));
  });

  it.each<[string, string, unknown, number, string]>([
    ['POST', '/switches/sw9/reboot', undefined, 404, 'expected a switch among psw1, got "sw9"'],
    ['POST', '/switches/psw1', undefined, 405, 'no POST /switches/psw1 here'],
    ['DELETE', '/switches/psw1/reboot', undefined, 405, 'no DELETE'],
    ['POST', '/switches/psw1/ports/3/vlan', { vlan: 5 }, 404, 'expected a port of psw1 with a slot on it (1-2), got 3'],
    ['POST', '/switches/psw1/ports/1/vlan', { vlan: 0 }, 400, 'expected a VLAN from 1 to 4094, as in {"vlan":300}'],
    ['POST', '/switches/psw1/ports/1/vlan', { vlan: '5' }, 400, 'expected a VLAN from 1'],
    ['POST', '/switches/psw1/ports/1/vlan', undefined, 400, 'expected a VLAN from 1'],
    ['POST', '/switches/psw1/ports/1/vlan', '{', 400, 'expected a body of JSON'],
    ['POST', '/switches/psw1/budget', { watts: -1 }, 400, 'expected watts from 0 to 100000, as in {"watts":120}'],
    ['POST', '/switches/psw1/faults', [], 400, 'expected an object of faults such as {"loseRequest":0.1}'],
    ['POST', '/switches/psw1/faults', { slow: 'x' }, 400, 'slow: expected milliseconds'],
  ])('%s %s %j is %i', (method, path, body, status, message) => {
    const before = view();
    const found = answer(method, path, rack, asText(body));
    expect(found).toMatchObject({ status, body: { error: expect.stringContaining(message) } });
    expect(view()).toEqual(before);
  });
});
