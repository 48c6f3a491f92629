import { describe } from 'vitest';
import { huawei, tpLink } from '../../../src/sim/switch/families/private-power.ts';
import { tellPower, tellStory } from './support/story.ts';

const Q_BRIDGE = '1.3.6.1.2.1.17.7.1.4';

describe('TP-Link', () => {
  tellPower({
    driver: 'tp-link',
    options: tpLink(),
    rule: 'the PoE port index is the faceplate number',
    ports: [1, 2, 3, 4].map((port) => `gigabitEthernet 1/0/${port}`),
    uplink: 'gigabitEthernet 1/0/7',
  });
});

describe('Huawei', () => {
  tellStory({
    driver: 'huawei',
    options: huawei(),
    rule: 'the PoE port index is an ifIndex',
    ports: [1, 2, 3, 4].map((port) => `GigabitEthernet0/0/${port}`),
    uplink: 'GigabitEthernet0/0/7',
    vlanObjects: [`${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
    third: (oid) => oid === `${Q_BRIDGE}.5.1.1.3`,
  });
});
