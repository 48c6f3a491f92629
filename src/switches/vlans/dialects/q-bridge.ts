/** dot1qVlanStaticTable and dot1qPortVlanTable (RFC 4363): HP, D-Link, Edgecore, Zyxel, many more. */
import type { VlanDialectSpec } from '../../drivers/driver.ts';
import { SwitchError } from '../../errors.ts';
import type { VlanState } from '../state.ts';
import type { VlanDialect } from './dialect.ts';
import type { QBridgeObjects } from './q-bridge-objects.ts';
import { RFC4363 } from './q-bridge-objects.ts';
import type { PvidIndex, QBridgeReading } from './q-bridge-read.ts';
import { readPvids, readQBridge } from './q-bridge-read.ts';
import type { QBridgeWays } from './q-bridge-write.ts';
import { qBridgeWriter, writeSteps } from './q-bridge-write.ts';
import type { UseSwitch } from './raw.ts';

export function qBridge(use: UseSwitch, spec: Extract<VlanDialectSpec, { readonly dialect: 'q-bridge' }>): VlanDialect {
  return bridgeTables(use, RFC4363, spec.pvidIndex, spec);
}

export function bridgeTables(
  use: UseSwitch,
  objects: QBridgeObjects,
  pvidIndex: PvidIndex,
  ways: QBridgeWays,
): VlanDialect {
  const readings = new WeakMap<VlanState, QBridgeReading>();
  return {
    numbering: 'bridgePort',
    creates: ways.creates,
    async read() {
      const reading = await readQBridge(use, objects, pvidIndex);
      readings.set(reading.state, reading);
      return reading.state;
    },
    pvids: () => readPvids(use, objects, pvidIndex),
    async write(steps, state, guard) {
      const reading = readings.get(state);
      if (!reading) throw new SwitchError('not-read', 'VLANs are written by a reading of this backend only');
      // Its objects are what was written from here on: for the next writing there is to be a new reading.
      readings.delete(state);
      return writeSteps(qBridgeWriter(use, objects, reading, guard, ways), steps);
    },
  };
}
