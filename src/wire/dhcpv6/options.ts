/** Option codes (IANA "DHCPv6 Option Codes"), with the RFC 8415 section or the later RFC. */
export const Option6 = Object.freeze({
  /** §21.2 */
  clientId: 1,
  /** §21.3 */
  serverId: 2,
  /** §21.4 */
  iaNa: 3,
  /** §21.5 */
  iaTa: 4,
  /** §21.6, inside an IA_NA */
  iaAddress: 5,
  /** §21.7 */
  optionRequest: 6,
  /** §21.8 */
  preference: 7,
  /** §21.9 */
  elapsedTime: 8,
  /** §21.12 */
  serverUnicast: 12,
  /** §21.13 */
  statusCode: 13,
  /** §21.14 */
  rapidCommit: 14,
  /** §21.15 */
  userClass: 15,
  /** §21.16 */
  vendorClass: 16,
  /** §21.17 */
  vendorOptions: 17,
  /** §21.20 */
  reconfigureAccept: 20,
  /** RFC 3646 §3 */
  dnsServers: 23,
  /** RFC 3646 §4 */
  domainSearch: 24,
  /** §21.21 */
  iaPd: 25,
  /** §21.22, inside an IA_PD */
  iaPrefix: 26,
  /** RFC 4075 */
  sntpServers: 31,
  /** §21.23 */
  informationRefreshTime: 32,
  /** RFC 4704 */
  clientFqdn: 39,
  /** RFC 5908 */
  ntpServer: 56,
  /** RFC 5970 §3.1 */
  bootFileUrl: 59,
  /** RFC 5970 §3.2 */
  bootFileParameters: 60,
  /** RFC 5970 §3.3 */
  clientArchitecture: 61,
  /** RFC 5970 §3.4 */
  networkInterface: 62,
  /** §21.24 */
  solMaxRt: 82,
  /** §21.25 */
  infMaxRt: 83,
} as const);

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(Option6).map(([name, code]) => [code, name]));

/** The option's name in this table, or `option <code>`. */
export function option6Name(code: number): string {
  return NAMES.get(code) ?? `option ${code}`;
}
