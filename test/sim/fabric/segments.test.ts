import { describe, expect, it } from 'vitest';
import { bridgeOf, followSwitch, PortBridges } from '../../../src/sim/fabric/segments.ts';
import type { Segment } from '../../../src/sim/switch/bridge.ts';

function rig(...built: string[]) {
  const done: string[] = [];
  const note =
    (what: string) =>
    (...names: string[]) =>
      void done.push([what, ...names].join(' '));
  const links = { addBridge: note('add'), removeBridge: note('remove'), join: note('join'), leave: note('leave') };
  const bridges = new PortBridges(links, built);
  const put = (places: Record<string, string | undefined>) => bridges.put(new Map(Object.entries(places)));
  return { bridges, put, done: () => done.splice(0) };
}

describe('bridgeOf', () => {
  it.each<[Segment, number, string | undefined]>([
    ['none', 1, undefined],
    // What the uplinks carry is the same everywhere.
    [{ vlan: 101, trunk: true }, 1, 'br101'],
    [{ vlan: 101, trunk: true }, 2, 'br101'],
    [{ vlan: 101, trunk: false }, 1, 'i1v101'],
    [{ vlan: 101, trunk: false }, 2, 'i2v101'],
  ])('%j on switch %i is %s', (segment, place, bridge) => {
    expect(bridgeOf(segment, place)).toBe(bridge);
  });

  it('has names that fit the kernel', () => {
    expect(bridgeOf({ vlan: 4094, trunk: false }, 9_999)!.length).toBeLessThanOrEqual(15);
  });
});

describe('PortBridges', () => {
  it('makes a bridge for the first cable, and removes it after the last', () => {
    const { bridges, put, done } = rig('br101');
    put({ p1: 'br101', p2: 'i1v1', p3: 'i1v1' });
    expect(done()).toEqual(['join p1 br101', 'add i1v1', 'join p2 i1v1', 'join p3 i1v1']);
    put({ p2: undefined });
    expect(done()).toEqual(['leave p2']);
    put({ p1: 'i1v1', p3: 'br101' });
    expect(done()).toEqual(['leave p1', 'leave p3', 'join p1 i1v1', 'join p3 br101']);
    put({ p1: 'br300' });
    expect(done()).toEqual(['leave p1', 'add br300', 'join p1 br300', 'remove i1v1']);
    expect(['p1', 'p2', 'p3'].map((cable) => bridges.bridge(cable))).toEqual(['br300', undefined, 'br101']);
  });

  it('has two that change places never on one bridge', () => {
    const { put, done } = rig('br101', 'br102');
    put({ p1: 'br101', p2: 'br102' });
    done();
    put({ p1: 'br102', p2: 'br101' });
    expect(done()).toEqual(['leave p1', 'leave p2', 'join p1 br102', 'join p2 br101']);
  });

  it('leaves alone what stays where it is', () => {
    const { put, done } = rig('br101');
    put({ p1: 'br101', p2: undefined });
    done();
    put({ p1: 'br101', p2: undefined });
    expect(done()).toEqual([]);
  });
});

describe('followSwitch', () => {
  it('puts every cable where its port is, and hears of changes; ports without a cable are nobody’s', () => {
    const { bridges, done } = rig('br101');
    const segments = new Map<number, Segment>([[1, { vlan: 101, trunk: true }]]);
    let changed: (ports: readonly number[]) => void = () => {};
    const source = {
      segment: (port: number) => segments.get(port) ?? 'none',
      onSegments: (listener: typeof changed) => {
        changed = listener;
      },
    };
    const cables = new Map([
      [1, 'p7'],
      [2, 'p8'],
    ]);
    followSwitch(source, 3, cables, bridges);
    expect(done()).toEqual(['join p7 br101']);
    for (const port of [1, 2, 9]) segments.set(port, { vlan: 1, trunk: false });
    changed([1, 2, 9]);
    expect(done()).toEqual(['leave p7', 'add i3v1', 'join p7 i3v1', 'join p8 i3v1']);
    segments.clear();
    changed([1]);
    expect(done()).toEqual(['leave p7']);
  });
});
