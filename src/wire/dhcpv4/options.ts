/** Option codes (IANA "BOOTP Vendor Extensions and DHCP Options"), with the RFC 2132 section or the later RFC. */
export const DhcpOption = Object.freeze({
  /** §3.1: framing, never a value. */
  pad: 0,
  /** §3.3 */
  subnetMask: 1,
  /** §3.5 */
  router: 3,
  /** §3.8 */
  domainNameServers: 6,
  /** §3.14 */
  hostName: 12,
  /** §3.17 */
  domainName: 15,
  /** §5.1 */
  interfaceMtu: 26,
  /** §5.3 */
  broadcastAddress: 28,
  /** §8.3 */
  ntpServers: 42,
  /** §8.4; PXE discovery fields in the answers to boot firmware */
  vendorSpecific: 43,
  /** §9.1 */
  requestedAddress: 50,
  /** §9.2 */
  leaseTime: 51,
  /** §9.3: framing, handled by the codec */
  overload: 52,
  /** §9.6 */
  messageType: 53,
  /** §9.7 */
  serverIdentifier: 54,
  /** §9.8 */
  parameterRequestList: 55,
  /** §9.9 */
  message: 56,
  /** §9.10 */
  maximumMessageSize: 57,
  /** §9.11 */
  renewalTime: 58,
  /** §9.12 */
  rebindingTime: 59,
  /** §9.13 */
  classIdentifier: 60,
  /** §9.14, RFC 4361 */
  clientIdentifier: 61,
  /** §9.4 */
  tftpServerName: 66,
  /** §9.5 */
  bootFileName: 67,
  /** RFC 3004 */
  userClass: 77,
  /** RFC 4702 */
  clientFqdn: 81,
  /** RFC 3046 */
  relayAgentInformation: 82,
  /** RFC 4578 §2.1 */
  clientArchitecture: 93,
  /** RFC 4578 §2.2 */
  clientNetworkInterface: 94,
  /** RFC 4578 §2.3 */
  clientUuid: 97,
  /** RFC 3397 */
  domainSearch: 119,
  /** RFC 3442 */
  classlessStaticRoutes: 121,
  /** §3.2: framing, never a value. */
  end: 255,
} as const);

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(DhcpOption).map(([name, code]) => [code, name]));

/** The option's name in this table, or `option <code>`. */
export function optionName(code: number): string {
  return NAMES.get(code) ?? `option ${code}`;
}
