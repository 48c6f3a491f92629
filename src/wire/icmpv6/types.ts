/** ICMPv6 types of neighbour discovery (RFC 4861 §4). */
export const ICMPV6_TYPE = Object.freeze({
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const);

/** Neighbour discovery options (RFC 4861 §4.6 and later), whose lengths count units of eight bytes. */
export const ICMPV6_OPTION = Object.freeze({
  /** RFC 4861 §4.6.1 */
  sourceLinkLayerAddress: 1,
  /** RFC 4861 §4.6.1 */
  targetLinkLayerAddress: 2,
  /** RFC 4861 §4.6.2 */
  prefixInformation: 3,
  /** RFC 4861 §4.6.4 */
  mtu: 5,
  /** RFC 8106 §5.1 */
  recursiveDnsServer: 25,
  /** RFC 8106 §5.2 */
  dnsSearchList: 31,
  /** RFC 8781 §4 */
  pref64: 38,
} as const);
