/** The kernel settings of every leg, as names below /proc/sys/net with `<leg>` for the interface, and why each is so. */

export const LEG_SETTINGS: Readonly<Record<string, string>> = Object.freeze({
  /** RFC 3704 strict: a packet whose source is not in the leg's /30 is dropped. A broadcast from 0.0.0.0 (DHCP) passes. */
  'ipv4/conf/<leg>/rp_filter': '1',
  /**
   * 2, not 1: answers ARP for the leg's own address only, and only to a sender inside the /30 (or 0.0.0.0, RFC 5227
   * probes). With 1 a tenant who asks under made-up addresses fills the neighbour table that all legs share.
   */
  'ipv4/conf/<leg>/arp_ignore': '2',
  /** Our ARP requests never name the address of another leg. */
  'ipv4/conf/<leg>/arp_announce': '2',
  /** The kernel asks the *incoming* interface: with this no packet of a board is routed anywhere by IPv4, nor to another leg. */
  'ipv4/conf/<leg>/forwarding': '0',
  'ipv4/conf/<leg>/accept_redirects': '0',
  'ipv4/conf/<leg>/send_redirects': '0',
  'ipv4/conf/<leg>/accept_source_route': '0',
  'ipv4/conf/<leg>/proxy_arp': '0',
  'ipv6/conf/<leg>/disable_ipv6': '0',
  /** A tenant's router advertisements must not give the controller addresses or routes. */
  'ipv6/conf/<leg>/accept_ra': '0',
  'ipv6/conf/<leg>/accept_redirects': '0',
  'ipv6/conf/<leg>/accept_source_route': '0',
  'ipv6/conf/<leg>/proxy_ndp': '0',
  /** Duplicate address detection would let the one tenant on the wire veto the controller's own addresses. */
  'ipv6/conf/<leg>/accept_dad': '0',
});

/**
 * Settings of the whole namespace that overrule the legs' own. They belong to whoever runs the machine, so they are
 * reported, not written.
 */
export const OVERRULING: readonly {
  readonly setting: string;
  readonly bad: readonly string[];
  readonly why: string;
}[] = Object.freeze([
  {
    setting: 'ipv4/conf/all/rp_filter',
    bad: ['2'],
    why: "the larger of this and the leg's own counts: source addresses are checked loosely (set it to 0 or 1)",
  },
  {
    setting: 'ipv4/conf/all/proxy_arp',
    bad: ['1'],
    why: 'legs answer ARP for other addresses too (set it to 0)',
  },
  {
    setting: 'ipv4/conf/all/accept_redirects',
    bad: ['1'],
    why: 'legs accept ICMP redirects as long as this is on (set it to 0)',
  },
]);

/** Where a setting lies for one leg. Interface names hold neither slash nor NUL, and a dot is an ordinary letter here. */
export function settingPath(setting: string, leg: string): string {
  return `/proc/sys/net/${setting.replace('<leg>', leg)}`;
}
