/** VLANs of Brocade and Ruckus ICX: FOUNDRY-SN-SWITCH-GROUP-MIB (1.3.6.1.4.1.1991.1.1.3). */
export const FOUNDRY_SWITCH = Object.freeze({
  /** The VLAN that untagged ports of no other VLAN are in. */
  snSwDefaultVLanId: '1.3.6.1.4.1.1991.1.1.3.1.38.0',
  /** By VLAN id and ifIndex. A VLAN is there while it has a member. */
  snVLanByPortMemberRowStatus: '1.3.6.1.4.1.1991.1.1.3.2.6.1.3',
  snVLanByPortMemberTagMode: '1.3.6.1.4.1.1991.1.1.3.2.6.1.4',
  /** By VLAN id. */
  snVLanByPortCfgBaseNumPorts: '1.3.6.1.4.1.1991.1.1.3.2.7.1.8',
  snVLanByPortCfgVLanName: '1.3.6.1.4.1.1991.1.1.3.2.7.1.21',
  snVLanByPortCfgRowStatus: '1.3.6.1.4.1.1991.1.1.3.2.7.1.23',
});

/** snVLanByPortMemberRowStatus and snVLanByPortCfgRowStatus: not the RowStatus of RFC 2579. */
export const FOUNDRY_ROW_STATUS = Object.freeze({ valid: 2, delete: 3, create: 4 });

/** snVLanByPortMemberTagMode. */
export const FOUNDRY_TAG_MODE = Object.freeze({ tagged: 1, untagged: 2 });
