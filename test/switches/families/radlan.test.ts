import { describe } from 'vitest';
import { ciscoBusiness } from '../../../src/sim/switch/families/radlan.ts';
import type { FamilyUnderTest } from './support/story.ts';
import { tellStory } from './support/story.ts';

const VLAN = '1.3.6.1.4.1.9.6.1.101.48';
const Q_BRIDGE = '1.3.6.1.2.1.17.7.1.4';

const FAMILY: FamilyUnderTest = {
  driver: 'cisco-business',
  options: ciscoBusiness({ modes: new Map([[7, 'trunk']]) }),
  rule: 'the PoE port index is an ifIndex',
  ports: ['gi1/0/1', 'gi1/0/2', 'gi1/0/3', 'gi1/0/4'],
  uplink: 'gi1/0/7',
  vlanObjects: [VLAN, `${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
  third: (oid) => oid === `${VLAN}.62.1.1.3`,
};

describe('Cisco Business, access ports as out of the box', () => tellStory(FAMILY));

describe('Cisco Business, general ports as somebody left them', () => {
  const modes = [1, 2, 3, 4, 5, 6, 8].map((port) => [port, 'general'] as const);
  tellStory({
    ...FAMILY,
    options: ciscoBusiness({ modes: new Map([...modes, [7, 'trunk']]) }),
    third: (oid) => oid === `${VLAN}.22.1.1.3`,
  });
});
