import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { durablePortMaps } from '../../src/store/port-maps.ts';
import { Store } from '../../src/store/store.ts';
import type { StoredPortMap } from '../../src/switches/ports/store.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-port-maps-'));
  store = new Store(directory);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const map = (...ports: [string, string, number][]): StoredPortMap => ({
  chassis: { bridgeAddress: '02:00:00:00:00:01', units: [{ entity: 1001, model: 'WS-C3750', serial: 'SERIAL-1' }] },
  driver: 'cisco-ios',
  rule: 'by entities',
  ports: ports.map(([label, row, ifIndex]) => ({ label, row, ifIndex })),
});

describe('stored port maps', () => {
  it('are those of each switch, and survive the program', async () => {
    const maps = durablePortMaps(store.portMaps, store.commit, new VirtualClock());
    const first = map(['Fa3/0/1', '3.3', 11_001], ['Fa3/0/2', '3.4', 11_002]);
    await maps.save('sw1', first);
    await maps.save('sw2', map(['gi1', '1.49', 49]));
    store.close();
    store = new Store(directory);
    const again = durablePortMaps(store.portMaps, store.commit, new VirtualClock());
    expect(again.load('sw1')).toEqual(first);
    expect(again.load('sw2')?.ports).toEqual([{ label: 'gi1', row: '1.49', ifIndex: 49 }]);
    expect(again.load('sw3')).toBeUndefined();
  });

  it('replace each other whole', async () => {
    const maps = durablePortMaps(store.portMaps, store.commit, new VirtualClock());
    await maps.save('sw1', map(['gi1', '1.49', 49], ['gi2', '1.50', 50]));
    const next = { ...map(['gi2', '1.2', 2]), chassis: { bridgeAddress: undefined, units: [] }, driver: 'linksys' };
    await maps.save('sw1', next);
    expect(maps.load('sw1')).toEqual(next);
  });
});
