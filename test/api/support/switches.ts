import type { SwitchView } from '../../../src/api/control/switch-protocol.ts';

/** One that works, and one that was not reached yet. */
export const SWITCHES: readonly SwitchView[] = [
  {
    name: 'sw1',
    address: '192.0.2.1',
    driver: { name: 'test', title: 'A switch for tests', quirks: [] },
    ports: { rule: 'ifName', count: 52 },
    queue: { running: { what: 'poll', since: 1 }, waiting: [] },
    slots: 6,
    power: { consumption: 24, capacity: 370, budget: 300 },
    isolation: { kept: 'managed', state: 'isolated', at: 1, detail: null, violations: [] },
    troubles: [],
  },
  {
    name: 'sw2',
    address: '192.0.2.2',
    driver: null,
    ports: { refused: ['two ports have one name'] },
    queue: { running: null, waiting: [] },
    slots: 0,
    power: { consumption: null, capacity: null, budget: 300 },
    isolation: {
      kept: 'manual',
      state: 'breached',
      at: null,
      detail: 'not reached',
      violations: [{ rule: 'untagged', slot: 1, text: 'port 1 is tagged' }],
    },
    troubles: ['sw2 does not answer'],
  },
];
