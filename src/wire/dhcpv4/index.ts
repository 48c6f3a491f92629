export { type PxeClass, parsePxeClass, readClassIdentifier } from './class-identifier.ts';
export { Architecture, readClientArchitectures, readNetworkInterface } from './client-architecture.ts';
export { type ClientIdentifier, clientIdentifierValue, readClientIdentifier } from './client-identifier.ts';
export { CLIENT_UUID_LENGTH, readClientUuid } from './client-uuid.ts';
export { MessageType, messageTypeName, readMessageType } from './message-type.ts';
export { DhcpOption, optionName } from './options.ts';
export {
  BROADCAST_FLAG,
  type Dhcpv4Packet,
  decodeDhcpv4,
  encodeDhcpv4,
  MAX_PACKET_LENGTH,
  MIN_PACKET_LENGTH,
} from './packet.ts';
export { readParameterRequestList } from './parameter-request-list.ts';
export { decodePxeVendor, encodePxeVendor, PxeSuboption, type PxeVendor } from './pxe-vendor.ts';
export { readTftpServerAddress, tftpServerNameValue } from './tftp-server-name.ts';
export {
  addressesValue,
  addressValue,
  type OptionMap,
  readAddress,
  readAddresses,
  readText,
  readU16,
  readU32,
  textValue,
  u16Value,
  u32Value,
} from './values.ts';
