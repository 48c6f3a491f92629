/** The VLANs of a switch that is written over SNMP: the dialect of its family, and what is the same for all. */
import { seconds } from '../../rack/units.ts';
import type { VlanBackend } from '../backend.ts';
import type { SaveConfig, SaveVarbind, SwitchDriver, VlanDialectSpec } from '../drivers/driver.ts';
import { SaveByHand } from '../errors.ts';
import { SnmpErrorStatus } from '../snmp/errors.ts';
import type { SnmpSet } from '../snmp/session.ts';
import { cisco } from './dialects/cisco-ios.ts';
import { comware } from './dialects/comware.ts';
import type { VlanDialect } from './dialects/dialect.ts';
import { fastpathSwitchport } from './dialects/fastpath-switchport.ts';
import { foundry } from './dialects/foundry.ts';
import { ieee8021QBridge } from './dialects/ieee8021-q-bridge.ts';
import { qBridge } from './dialects/q-bridge.ts';
import { radlan } from './dialects/radlan.ts';
import type { UseSwitch } from './dialects/raw.ts';
import { edgeWriter } from './edge.ts';

/** Long enough for a switch that moves memberships of its own accord after a PVID (research: snmp-poe §3). */
const SETTLE = seconds(0.5);

/**
 * `use` runs one exchange as a job of the switch's queue, so that power can go in between. Undefined: the family's VLANs
 * are not written over SNMP.
 */
export function createVlanBackend(
  driver: Pick<SwitchDriver, 'vlans' | 'save' | 'edge'>,
  use: UseSwitch,
): VlanBackend | undefined {
  if (!driver.vlans) return undefined;
  const dialect = dialectOf(driver.vlans, use);
  return {
    ...dialect,
    settleMs: SETTLE,
    save: driver.save && (() => save(driver.save!, use)),
    edge: driver.edge && edgeWriter(driver.edge, dialect.numbering, use),
  };
}

function dialectOf(spec: VlanDialectSpec, use: UseSwitch): VlanDialect {
  switch (spec.dialect) {
    case 'q-bridge':
      return qBridge(use, spec);
    case 'ieee8021-q-bridge':
      return ieee8021QBridge(use);
    case 'fastpath-switchport':
      return fastpathSwitchport(use, spec.root);
    case 'cisco-ios':
      return cisco(use);
    case 'radlan':
      return radlan(use, spec.root);
    case 'comware':
      return comware(use);
    case 'foundry':
      return foundry(use);
  }
}

async function save({ sets, command }: SaveConfig, use: UseSwitch): Promise<void> {
  if (sets.length === 0) {
    throw new SaveByHand(command);
  }
  for (const [place, varbinds] of sets.entries()) {
    try {
      await use('save the configuration', ({ session }) => session.set(varbinds.map(setOf)));
    } catch (error) {
      // What goes before clears away what the last time may have left; there may be nothing of the kind.
      if (!(error instanceof SnmpErrorStatus) || place === sets.length - 1) throw error;
    }
  }
}

function setOf({ oid, type, value }: SaveVarbind): SnmpSet {
  if (type === 'Integer32') return { oid, type, value: Number(value) };
  return type === 'OctetString'
    ? { oid, type, value: Buffer.from(String(value)) }
    : { oid, type, value: String(value) };
}
