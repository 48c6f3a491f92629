import { describe, expect, it } from 'vitest';
import type { BridgeConfig, BridgePort, BridgeVlan } from '../../../src/sim/switch/bridge.ts';
import { blankConfig, createBridge, isolatedConfig, movedTo } from '../../../src/sim/switch/bridge.ts';

const PORTS = [1, 2, 3, 4, 5, 6];
const UPLINKS = new Set([5, 6]);

function rig(start: BridgeConfig = blankConfig(PORTS)) {
  const bridge = createBridge({ ports: PORTS, uplinks: UPLINKS }, start);
  const told: (readonly number[])[] = [];
  bridge.onSegments((ports) => told.push(ports));
  return { bridge, told };
}

function withVlan(config: BridgeConfig, id: number, changes: Partial<BridgeVlan>): BridgeConfig {
  const none: BridgeVlan = { name: '', egress: new Set(), untagged: new Set(), forbidden: new Set(), active: true };
  return { ...config, vlans: new Map(config.vlans).set(id, { ...none, ...config.vlans.get(id), ...changes }) };
}
function withPort(config: BridgeConfig, number: number, changes: Partial<BridgePort>): BridgeConfig {
  return { ...config, ports: new Map(config.ports).set(number, { ...config.ports.get(number)!, ...changes }) };
}
const set = (...ports: number[]) => new Set(ports);

/** Port 1 alone in VLAN 10, which uplink 5 carries. */
const isolated = isolatedConfig(PORTS, new Map([[1, 10]]), [5]);

describe('a bridge out of the box', () => {
  it('has every port in VLAN 1, and no trunk', () => {
    const { bridge } = rig();
    expect(PORTS.map((port) => bridge.segment(port))).toEqual(PORTS.map(() => ({ vlan: 1, trunk: false })));
    expect(bridge.segment(7)).toBe('none');
  });
});

describe('the segment of a port', () => {
  it('is its VLAN, and whether an uplink carries it tagged', () => {
    const { bridge } = rig(isolated);
    expect(bridge.segment(1)).toEqual({ vlan: 10, trunk: true });
    expect(bridge.segment(2)).toEqual({ vlan: 1, trunk: false });
    // It gets the tagged frames of VLAN 10.
    expect(bridge.segment(5)).toBe('none');
    expect(bridge.segment(6)).toEqual({ vlan: 1, trunk: false });
  });

  it.each([
    [
      'no trunk: the uplink is in it untagged',
      withVlan(isolated, 10, { untagged: set(1, 5) }),
      { vlan: 10, trunk: false },
    ],
    ['no trunk: only a PoE port is tagged', withVlan(isolated, 10, { egress: set(1, 2) }), { vlan: 10, trunk: false }],
    ['none: sends into one, hears another', withPort(isolated, 1, { pvid: 1 }), 'none'],
    ['none: gets its own VLAN tagged', withVlan(isolated, 10, { untagged: set() }), 'none'],
    ['none: gets another VLAN tagged', withVlan(isolated, 1, { egress: set(1, 2, 3, 4, 5, 6) }), 'none'],
    ['none: takes tagged frames only', withPort(isolated, 1, { frameTypes: 'tagged-only' }), 'none'],
    ['none: the VLAN does not exist', withPort(isolated, 1, { pvid: 77 }), 'none'],
    ['none: the VLAN is not in service', withVlan(isolated, 10, { active: false }), 'none'],
    [
      'its own: another that it hears, untagged too',
      withVlan(isolated, 1, { egress: set(1, 2), untagged: set(1, 2) }),
      { vlan: 10, trunk: true },
    ],
    [
      'its own: a tag of a VLAN that is not in service',
      withVlan(isolated, 20, { egress: set(1), active: false }),
      { vlan: 10, trunk: true },
    ],
  ] as const)('%s', (_title, config, segment) => {
    expect(rig(config).bridge.segment(1)).toEqual(segment);
  });
});

describe('listeners', () => {
  it('hear of ports whose segment is another, and of no others', () => {
    const { bridge, told } = rig();
    bridge.replace(isolated);
    expect(told).toEqual([[1, 5]]);
    bridge.replace(withVlan(isolated, 10, { name: 'slot 1' }));
    expect(told).toHaveLength(1);
    bridge.replace(withVlan(isolated, 10, { egress: set(1) }));
    // The trunk went, and the uplink is back in VLAN 1 alone.
    expect(told.slice(1)).toEqual([[1, 5]]);
    expect(bridge.segment(1)).toEqual({ vlan: 10, trunk: false });
  });

  it('hear of a restart: first nothing is forwarded, then what the configuration says', () => {
    const { bridge, told } = rig(isolated);
    bridge.forward(false);
    expect(told).toEqual([[1, 2, 3, 4, 6]]);
    expect(bridge.segment(1)).toBe('none');
    bridge.replace(blankConfig(PORTS));
    expect(told).toHaveLength(1);
    bridge.forward(true);
    expect(told.slice(1)).toEqual([PORTS]);
  });
});

describe('what has gone', () => {
  it('is counted until the switch starts anew', () => {
    const { bridge } = rig(isolated);
    bridge.replace(blankConfig(PORTS));
    expect(bridge.deletions).toBe(1);
    bridge.forward(false);
    expect(bridge.deletions).toBe(0);
  });
});

describe('a configuration that isolates', () => {
  it('puts boards of one VLAN together, and the rest where it was', () => {
    const config = isolatedConfig(
      PORTS,
      new Map([
        [1, 10],
        [2, 10],
        [3, 11],
      ]),
      [5, 6],
    );
    expect([...config.vlans.keys()]).toEqual([1, 10, 11]);
    expect(config.vlans.get(10)).toMatchObject({ egress: set(1, 2, 5, 6), untagged: set(1, 2) });
    expect(config.vlans.get(1)).toMatchObject({ egress: set(4, 5, 6), untagged: set(4, 5, 6) });
    expect(config.ports.get(3)).toEqual({ pvid: 11, frameTypes: 'all', ingressFiltering: true });
  });
});

describe('a port that is moved', () => {
  it('is in the other VLAN alone, which is made if it is not there', () => {
    const { bridge } = rig(movedTo(isolated, 1, 300));
    expect(bridge.segment(1)).toEqual({ vlan: 300, trunk: false });
    expect([...bridge.config.vlans].filter(([, { egress }]) => egress.has(1))).toEqual([
      [300, { name: 'VLAN300', egress: set(1), untagged: set(1), forbidden: set(), active: true }],
    ]);
  });

  it('joins those that are there, whatever kept it out', () => {
    const kept = withPort(withVlan(isolated, 10, { active: false, forbidden: set(2) }), 2, {
      frameTypes: 'tagged-only',
    });
    const { bridge } = rig(movedTo(kept, 2, 10));
    expect([1, 2].map((port) => bridge.segment(port))).toEqual(Array(2).fill({ vlan: 10, trunk: true }));
    expect(bridge.config.ports.get(1)).toEqual(isolated.ports.get(1));
  });
});
