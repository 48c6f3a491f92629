/** What is counted per port, indexed by ifIndex. */

/** IF-MIB (RFC 2863): ifTable and ifXTable. */
export const IF_COUNTERS = Object.freeze({
  /** Bits a second; for agents without ifHighSpeed. */
  ifSpeed: '1.3.6.1.2.1.2.2.1.5',
  ifOperStatus: '1.3.6.1.2.1.2.2.1.8',
  /** sysUpTime when the link last came or went. */
  ifLastChange: '1.3.6.1.2.1.2.2.1.9',
  ifInOctets: '1.3.6.1.2.1.2.2.1.10',
  ifInDiscards: '1.3.6.1.2.1.2.2.1.13',
  ifInErrors: '1.3.6.1.2.1.2.2.1.14',
  ifOutOctets: '1.3.6.1.2.1.2.2.1.16',
  ifOutDiscards: '1.3.6.1.2.1.2.2.1.19',
  ifOutErrors: '1.3.6.1.2.1.2.2.1.20',
  ifHCInOctets: '1.3.6.1.2.1.31.1.1.1.6',
  ifHCOutOctets: '1.3.6.1.2.1.31.1.1.1.10',
  /** Millions of bits a second. */
  ifHighSpeed: '1.3.6.1.2.1.31.1.1.1.15',
  /** sysUpTime when the interface's counters last began anew. */
  ifCounterDiscontinuityTime: '1.3.6.1.2.1.31.1.1.1.19',
});

/** EtherLike-MIB (RFC 3635), dot3StatsTable. */
export const DOT3_STATS = Object.freeze({
  dot3StatsAlignmentErrors: '1.3.6.1.2.1.10.7.2.1.2',
  dot3StatsFCSErrors: '1.3.6.1.2.1.10.7.2.1.3',
  dot3StatsDuplexStatus: '1.3.6.1.2.1.10.7.2.1.19',
});

export const DUPLEX_STATUS = Object.freeze({ 2: 'half', 3: 'full' } as const);
