import { describe } from 'vitest';
import { netgearM4300, netgearS3300 } from '../../../src/sim/switch/families/netgear.ts';
import { tellStory } from './support/story.ts';

const SWITCHPORT = '1.3.6.1.4.1.4526.10.1.2.8.37';
const Q_BRIDGE = '1.3.6.1.2.1.17.7.1.4';

describe('Netgear M4300', () => {
  tellStory({
    driver: 'netgear-m4300',
    options: netgearM4300({ trunks: [7] }),
    rule: 'the PoE port index is an ifIndex',
    ports: ['1/0/1', '1/0/2', '1/0/3', '1/0/4'],
    uplink: '1/0/7',
    vlanObjects: [SWITCHPORT, `${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
    third: (oid) => oid === `${SWITCHPORT}.1.2.3`,
  });
});

describe('Netgear S3300', () => {
  tellStory({
    driver: 'netgear-smart',
    options: netgearS3300(),
    rule: 'the PoE port index is an ifIndex',
    ports: ['1/g1', '1/g2', '1/g3', '1/g4'],
    uplink: '1/g7',
    vlanObjects: [`${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
    third: (oid) => oid === `${Q_BRIDGE}.5.1.1.3`,
  });
});
