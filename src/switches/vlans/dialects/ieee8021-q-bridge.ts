/** IEEE8021-Q-BRIDGE-MIB: the tables of RFC 4363 under another root, as Aruba CX has them. */
import type { VlanDialect } from './dialect.ts';
import { bridgeTables } from './q-bridge.ts';
import { IEEE8021Q } from './q-bridge-objects.ts';
import type { UseSwitch } from './raw.ts';

export function ieee8021QBridge(use: UseSwitch): VlanDialect {
  return bridgeTables(use, IEEE8021Q, 'bridgePort', { egressFirst: false, creates: true });
}
