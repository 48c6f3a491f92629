import { describe } from 'vitest';
import { comware } from '../../../src/sim/switch/families/comware.ts';
import type { FamilyUnderTest } from './support/story.ts';
import { tellStory } from './support/story.ts';

const LSW = '1.3.6.1.4.1.25506.8.35';
const Q_BRIDGE = '1.3.6.1.2.1.17.7.1.4';

const FAMILY: FamilyUnderTest = {
  driver: 'comware',
  options: comware({ modes: new Map([[7, 'trunk']]) }),
  rule: 'the PoE group is one more than three times the member, the port a bridge port',
  ports: [1, 2, 3, 4].map((port) => `GigabitEthernet1/0/${port}`),
  uplink: 'GigabitEthernet1/0/7',
  vlanObjects: [LSW, `${Q_BRIDGE}.2`, `${Q_BRIDGE}.3`, `${Q_BRIDGE}.5`],
  third: (oid) => oid === `${LSW}.2.1.1.1.3.103`,
};

describe('Comware, access ports as out of the box', () => tellStory(FAMILY));

describe('Comware, hybrid ports as somebody left them', () => {
  const hybrids = [1, 2, 3, 4].map((port) => [port, 'general'] as const);
  tellStory({ ...FAMILY, options: comware({ modes: new Map([...hybrids, [7, 'trunk']]) }) });
});
