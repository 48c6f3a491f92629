import { describe } from 'vitest';
import { procurve } from '../../../src/sim/switch/families/procurve.ts';
import { tellStory } from './support/story.ts';

const Q_BRIDGE = '1.3.6.1.2.1.17.7.1.4';

describe('HP ProCurve', () => {
  tellStory({
    driver: 'hp-procurve',
    options: procurve(),
    rule: 'the PoE port index is an ifIndex',
    ports: ['1', '2', '3', '4'],
    uplink: '7',
    vlanObjects: [`${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
    third: (oid) => oid === `${Q_BRIDGE}.5.1.1.3`,
  });
});
