/** TFTP on the wire: RFC 1350 with the options of RFC 2347, 2348, 2349 and 7440. No socket, clock or log. */
export { ackedBlock, decodeTftp } from './decode.ts';
export { encodeTftp } from './encode.ts';
export { optionName, readOptionValue, TFTP_OPTION_NAMES, type TftpOptionName, type TftpOptions } from './options.ts';
export {
  MAX_NAME_LENGTH,
  MAX_REQUEST_LENGTH,
  TFTP_ERROR,
  TFTP_OPCODE,
  type TftpAck,
  type TftpData,
  type TftpError,
  type TftpMode,
  type TftpOptionAck,
  type TftpPacket,
  type TftpRequest,
} from './packet.ts';
