export { type Duid, duidBytes, duidLl, duidMac, duidUuid, readDuid } from './duid.ts';
export {
  type IaAddress,
  type IaNa,
  type IaPd,
  type IaPrefix,
  INFINITE_LIFETIME,
  iaNaOption,
  iaPdOption,
  iaTaOption,
  readIaNa,
  readIaPd,
  readIaTaId,
} from './identity-association.ts';
export { MessageType6, messageType6Name } from './message-type.ts';
export { Option6, option6Name } from './options.ts';
export {
  type Dhcpv6Packet,
  decodeDhcpv6,
  encodeDhcpv6,
  findOption6,
  MAX_PACKET6_LENGTH,
  type Option6Value,
} from './packet.ts';
export { readStatus, type Status, StatusCode, statusValue } from './status.ts';
export {
  addresses6Value,
  codesValue,
  domainsValue,
  readCodes,
  readElapsed,
  readVendorClass,
  vendorClassValue,
} from './values.ts';
