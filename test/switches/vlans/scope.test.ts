import { describe, expect, it } from 'vitest';
import { slotNumber, vlanId } from '../../../src/rack/units.ts';
import type { PortResolver, ScopeRequest } from '../../../src/switches/vlans/scope.ts';
import { portName, resolveScope, vlanName } from '../../../src/switches/vlans/scope.ts';
import { bridgePort } from '../../../src/switches/vlans/state.ts';

/** As on Huawei: ifIndex is bridge port + 5. Port 9 is in an aggregate, 10 and ge10 are one. */
const resolver: PortResolver = {
  find: (name) => {
    const number = Number(name.replace('ge', ''));
    if (!(number >= 1 && number <= 12)) return { reason: `no port is called ${name}` };
    return { bridgePort: number === 9 ? undefined : number, ifIndex: number + 5, label: `ge${number}` };
  },
  nameOf: (port) => ('bridgePort' in port ? `ge${port.bridgePort}` : `ge${port.ifIndex! - 5}`),
};
const slot = (number: number, port: string) => ({ slot: slotNumber(number), port, vlan: vlanId(100 + number) });
const request = (change: Partial<ScopeRequest> = {}): ScopeRequest => ({
  switch: 'sw1',
  slots: [slot(1, '1'), slot(2, 'ge2')],
  uplinks: ['12'],
  ...change,
});

describe('the scope of a switch', () => {
  it('numbers ports as the switch does', () => {
    expect(resolveScope(request(), resolver, 'bridgePort')).toMatchObject({
      slots: [
        { slot: 1, label: '1', port: 1, vlan: 101 },
        { slot: 2, label: 'ge2', port: 2, vlan: 102 },
      ],
      uplinks: [{ label: '12', port: 12 }],
      carried: new Set([101, 102]),
    });
    expect(resolveScope(request(), resolver, 'ifIndex')).toMatchObject({
      slots: [{ port: 6 }, { port: 7 }],
      uplinks: [{ port: 17 }],
    });
  });

  it('carries VLANs of boards behind it too', () => {
    expect(resolveScope(request({ transit: [vlanId(150)] }), resolver, 'bridgePort')).toMatchObject({
      carried: new Set([101, 102, 150]),
    });
  });

  it('names every port for people, listed or not', () => {
    const scope = resolveScope(request(), resolver, 'bridgePort');
    if ('refused' in scope) throw new Error(scope.refused.join());
    expect([1, 12, 3].map((port) => portName(scope, bridgePort(port)))).toEqual([
      'port 1 of sw1 (slot 1)',
      'uplink 12 of sw1',
      'port ge3 of sw1 (no slot)',
    ]);
    expect(vlanName(scope, vlanId(102))).toBe('VLAN 102 (slot 2)');
    expect(vlanName(scope, vlanId(7))).toBe('VLAN 7');
    expect(portName({ ...scope, nameOf: () => undefined }, bridgePort(3))).toBe(
      'port with bridge number 3 of sw1 (no slot)',
    );
  });

  it.each([
    [
      'an uplink that cannot be found',
      { uplinks: ['te1'] },
      ['uplink te1 of sw1 cannot be told for certain: no port is called te1'],
    ],
    [
      'a port of a slot that cannot be found',
      { slots: [slot(1, '99')] },
      ['port 99 (slot 1) of sw1 cannot be told for certain: no port is called 99'],
    ],
    [
      'a member of an aggregate',
      { uplinks: ['9'] },
      ['uplink 9 of sw1 is no bridge port: where it is a member of an aggregate, list the aggregate'],
    ],
    [
      'one port by two names',
      { slots: [slot(1, '10'), slot(2, 'ge10')] },
      ['port ge10 (slot 2) of sw1 is the same port as port 10 (slot 1)'],
    ],
    [
      'an uplink that is a slot too',
      { slots: [slot(1, '12')] },
      ['port 12 (slot 1) of sw1 is the same port as uplink 12'],
    ],
  ])('is refused for %s', (_title, change, refused) => {
    expect(resolveScope(request(change), resolver, 'bridgePort')).toEqual({ refused });
  });

  it('says all that is wrong at once', () => {
    const refused = resolveScope(
      request({ uplinks: ['x'], slots: [slot(1, 'y'), slot(2, 'z')] }),
      resolver,
      'bridgePort',
    );
    expect(refused).toMatchObject({ refused: { length: 3 } });
  });
});
