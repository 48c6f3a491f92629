/** The rules by the names that drivers have for them. */
import type { PortRuleName } from '../../drivers/driver.ts';
import { BRIDGE_PORT, IF_INDEX, ORDINAL } from './general.ts';
import type { PortRule } from './rule.ts';
import { ALCATEL_SLOT, CISCO_ENTITY, CISCO_STACK, COMWARE_MEMBER, JUNIPER_FPC, MIDSPAN_SOCKETS } from './vendors.ts';

export const PORT_RULES: Readonly<Record<PortRuleName, PortRule>> = Object.freeze({
  'cisco-entity': CISCO_ENTITY,
  'cisco-stack': CISCO_STACK,
  'juniper-fpc': JUNIPER_FPC,
  'comware-member': COMWARE_MEMBER,
  'alcatel-slot': ALCATEL_SLOT,
  midspan: MIDSPAN_SOCKETS,
  ifindex: IF_INDEX,
  'bridge-port': BRIDGE_PORT,
  ordinal: ORDINAL,
});

/** For families that have no rules of their own. */
export const GENERAL_RULES: readonly PortRuleName[] = Object.freeze(['ifindex', 'bridge-port', 'ordinal']);
