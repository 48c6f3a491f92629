/** VLANs of Comware: HH3C-LswINF-MIB, HH3C-LswVLAN-MIB (1.3.6.1.4.1.25506.8.35). */

export const HH3C_LSW_INF = Object.freeze({
  /** By ifIndex: trunk(1), access(2), hybrid(3), fabric(4). */
  hh3cifVLANType: '1.3.6.1.4.1.25506.8.35.1.1.1.5',
  /** By ifIndex: the VLANs of hybrid ports, 1 to 2048 and the rest. The lowest bit of an octet is the first VLAN. */
  hh3cifHybridTaggedVlanListLow: '1.3.6.1.4.1.25506.8.35.1.3.1.2',
  hh3cifHybridTaggedVlanListHigh: '1.3.6.1.4.1.25506.8.35.1.3.1.3',
  hh3cifHybridUnTaggedVlanListLow: '1.3.6.1.4.1.25506.8.35.1.3.1.4',
  hh3cifHybridUnTaggedVlanListHigh: '1.3.6.1.4.1.25506.8.35.1.3.1.5',
  /** By ifIndex: the VLANs that a trunk lets through, in the same way. */
  hh3cifVLANTrunkAllowListLow: '1.3.6.1.4.1.25506.8.35.5.1.3.1.6',
  hh3cifVLANTrunkAllowListHigh: '1.3.6.1.4.1.25506.8.35.5.1.3.1.7',
});

/** hh3cdot1qVlanMIBTable, by VLAN id. */
export const HH3C_LSW_VLAN = Object.freeze({
  hh3cdot1qVlanName: '1.3.6.1.4.1.25506.8.35.2.1.1.1.2',
  /** Its ports, by bridge port; written, the access ports in it. The lowest bit of an octet is the first port. */
  hh3cdot1qVlanPorts: '1.3.6.1.4.1.25506.8.35.2.1.1.1.3',
  hh3cdot1qVlanRowStatus: '1.3.6.1.4.1.25506.8.35.2.1.1.1.13',
});

/** hh3cifVLANType. */
export const HH3C_PORT_TYPES = Object.freeze({ 1: 'trunk', 2: 'access', 3: 'general', 4: 'fabric' } as const);
