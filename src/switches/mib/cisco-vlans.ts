/** VLANs of Cisco IOS: CISCO-VTP-MIB and CISCO-VLAN-MEMBERSHIP-MIB. Ports are ifIndexes. */

/** CISCO-VTP-MIB, 1.3.6.1.4.1.9.9.46.1; the first index is the management domain. */
export const CISCO_VTP_MIB = Object.freeze({
  /** client(1): VLANs are made at the VTP server. */
  managementDomainLocalMode: '1.3.6.1.4.1.9.9.46.1.2.1.1.3',
  /** Indexed by domain and VLAN id. */
  vtpVlanState: '1.3.6.1.4.1.9.9.46.1.3.1.1.2',
  vtpVlanType: '1.3.6.1.4.1.9.9.46.1.3.1.1.3',
  vtpVlanName: '1.3.6.1.4.1.9.9.46.1.3.1.1.4',
  /** Indexed by domain: the edit buffer, which is copied, changed and applied. */
  vtpVlanEditOperation: '1.3.6.1.4.1.9.9.46.1.4.1.1.1',
  vtpVlanApplyStatus: '1.3.6.1.4.1.9.9.46.1.4.1.1.2',
  vtpVlanEditBufferOwner: '1.3.6.1.4.1.9.9.46.1.4.1.1.3',
  /** Indexed by domain and VLAN id. */
  vtpVlanEditType: '1.3.6.1.4.1.9.9.46.1.4.2.1.3',
  vtpVlanEditName: '1.3.6.1.4.1.9.9.46.1.4.2.1.4',
  vtpVlanEditDot10Said: '1.3.6.1.4.1.9.9.46.1.4.2.1.6',
  vtpVlanEditRowStatus: '1.3.6.1.4.1.9.9.46.1.4.2.1.11',
  /** Indexed by ifIndex. Octets of VLANs 0 to 1023, and so on. */
  vlanTrunkPortVlansEnabled: '1.3.6.1.4.1.9.9.46.1.6.1.1.4',
  vlanTrunkPortNativeVlan: '1.3.6.1.4.1.9.9.46.1.6.1.1.5',
  vlanTrunkPortDynamicState: '1.3.6.1.4.1.9.9.46.1.6.1.1.13',
  vlanTrunkPortDynamicStatus: '1.3.6.1.4.1.9.9.46.1.6.1.1.14',
  vlanTrunkPortVlansEnabled2k: '1.3.6.1.4.1.9.9.46.1.6.1.1.17',
  vlanTrunkPortVlansEnabled3k: '1.3.6.1.4.1.9.9.46.1.6.1.1.18',
  vlanTrunkPortVlansEnabled4k: '1.3.6.1.4.1.9.9.46.1.6.1.1.19',
});

/** CISCO-VLAN-MEMBERSHIP-MIB, 1.3.6.1.4.1.9.9.68.1, indexed by ifIndex. */
export const CISCO_VLAN_MEMBERSHIP_MIB = Object.freeze({
  /** Of ports that do not trunk. */
  vmVlan: '1.3.6.1.4.1.9.9.68.1.2.2.1.2',
  /** The VLAN that a telephone on an access port sends tagged; 4096 for none. */
  vmVoiceVlanId: '1.3.6.1.4.1.9.9.68.1.5.1.1.1',
});

/** vlanTrunkPortDynamicState. */
export const TRUNK_STATE = Object.freeze({
  1: 'trunk',
  2: 'access',
  3: 'dynamic desirable',
  4: 'dynamic auto',
  5: 'trunk without negotiation',
} as const);

/** vlanTrunkPortDynamicStatus. */
export const TRUNKING = 1;

export const NO_VOICE_VLAN = 4_096;

/** vtpVlanEditOperation. */
export const EDIT = Object.freeze({ copy: 2, apply: 3, release: 4 });

/** vtpVlanApplyStatus. */
export const APPLY_STATUS = Object.freeze({
  1: 'inProgress',
  2: 'succeeded',
  3: 'configNumberError',
  4: 'inconsistentEdit',
  5: 'tooBig',
  6: 'localNVStoreFail',
  7: 'remoteNVStoreFail',
  8: 'editBufferEmpty',
  9: 'someOtherError',
  10: 'notPrimaryServer',
} as const);
