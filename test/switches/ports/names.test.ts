import { describe, expect, it } from 'vitest';
import { aggregateCalled, aggregateNumber, faceplate, isSocket, unitOf } from '../../../src/switches/ports/names.ts';

const ethernet = (name: string) => ({ type: 6, name });

describe('interface names', () => {
  it.each([
    ['gi1/0/7', 'gi1/0/', 7],
    ['Fa3/0/48', 'Fa3/0/', 48],
    ['gigabitEthernet 1/0/2', 'gigabitEthernet 1/0/', 2],
    ['swp00', 'swp', 0],
    ['12', '', 12],
    ['SFP', undefined, undefined],
  ])('%s', (name, family, number) => {
    expect(faceplate(name)).toEqual(family === undefined ? undefined : { family, number });
  });

  it.each([
    ['gi2/0/7', 2],
    ['2/7', 2],
    ['Gi2/1/0/48', 2],
    ['GigabitEthernet0/0/1', 0],
    ['gi7', undefined],
  ])('unit of %s', (name, unit) => {
    expect(unitOf(name)).toBe(unit);
  });

  it.each([
    'gi1',
    '0/1',
    'ge-0/0/7',
    'Eth1/1',
    'swp00',
    'port1.0.1',
    'Port 1',
    'ether1',
    'g1',
    'ethernet1/1/1',
    'XGigabitEthernet0/0/1',
    '',
  ])('takes "%s" for a socket', (name) => {
    expect(isSocket(ethernet(name))).toBe(true);
  });

  // All of them say ethernetCsmacd on some recorded switch.
  it.each([
    'Vlan-interface1',
    'ch8',
    'oobm0',
    'MEth0/0/1',
    'management',
    'Mg0',
    'em0',
    'bme0',
    'ifc55001 OOB #0',
    'eth0',
  ])('does not take "%s" for one', (name) => {
    expect(isSocket(ethernet(name))).toBe(false);
  });

  it('takes nothing of another type for one', () => {
    for (const type of [1, 24, 53, 131, 135, 136, 161]) expect(isSocket({ type, name: 'gi1' })).toBe(false);
  });

  it.each([
    [{ type: 161, name: 'Po12' }, 12],
    [{ type: 54, name: 'Trk1' }, 1],
    [{ type: 1, name: '3/4', description: ' Link Aggregate 4' }, 4],
    [{ type: 6, name: 'ch8' }, 8],
    [{ type: 161, name: '11/2' }, 2],
    [{ type: 6, name: 'port1.0.1' }, undefined],
    [{ type: 6, name: 'Port1' }, undefined],
  ])('%j is aggregate %s', (one, number) => {
    expect(aggregateNumber(one)).toBe(number);
  });

  it.each([
    ['lag 1', 1],
    ['Port-channel 3', 3],
    ['trk2', 2],
    ['Bridge-Aggregation1', 1],
    ['1', undefined],
    ['gi1', undefined],
  ])('"%s" means aggregate %s', (name, number) => {
    expect(aggregateCalled(name)).toBe(number);
  });
});
