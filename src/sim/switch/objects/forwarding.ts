import { macToBytes } from '../../../wire/address.ts';
import type { Bridge } from '../bridge.ts';
import type { Forwarding, Station } from '../forwarding.ts';
import { FDB_STATUS } from '../forwarding.ts';
import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Ports } from '../ports.ts';
import { table } from '../table.ts';
import { between } from './checks.ts';
import { scalar, writableScalar } from './scalar.ts';

/** dot1dTp (RFC 4188) and dot1qTp (RFC 4363). */
const DOT1D_TP = '1.3.6.1.2.1.17.4';
const DOT1Q_TP = '1.3.6.1.2.1.17.7.1.2';

export interface ForwardingObjects {
  readonly forwarding: Forwarding;
  readonly bridge: Bridge;
  readonly ports: Ports;
  readonly fdbId: (vlan: number) => number;
}

/** The forwarding database, as RFC 4363 shows it by VLAN and RFC 4188 without. */
export function forwardingObjects({ forwarding, bridge, ports, fdbId }: ForwardingObjects): MibPart[] {
  const version = () => forwarding.version();
  // A port of a LAG is no bridge port.
  const portOf = ({ port }: Station) => (port === undefined ? 0 : (ports.port(port).bridge?.port ?? 0));
  const learnedIn = (vlan: number) =>
    forwarding.stations().filter((station) => station.vlan === vlan && station.status === FDB_STATUS.learned).length;
  const byVlan = {
    version,
    entries: () =>
      new Map(forwarding.stations().map((station) => [`${fdbId(station.vlan)}.${arcs(station)}`, station])),
  };
  // A station that was heard in several VLANs has one row, that of the last.
  const byMac = {
    version,
    entries: () => new Map(forwarding.stations().map((station) => [arcs(station), station])),
  };
  const fdbs = {
    version: () => bridge.version,
    entries: () => new Map([...bridge.config.vlans.keys()].map((vlan) => [String(fdbId(vlan)), vlan])),
  };
  return [
    // dot1dTpLearnedEntryDiscards, dot1dTpAgingTime
    scalar(`${DOT1D_TP}.1`, TAG.Counter32, () => 0),
    writableScalar(
      `${DOT1D_TP}.2`,
      TAG.Integer32,
      between(10, 1_000_000),
      () => forwarding.ageingSeconds,
      (value) => {
        forwarding.ageingSeconds = Number(value);
      },
    ),
    // dot1dTpFdbAddress, Port, Status
    table<Station>(`${DOT1D_TP}.3.1`, byMac, [
      { arc: 1, tag: TAG.OctetString, read: ({ mac }) => Buffer.from(macToBytes(mac)) },
      { arc: 2, tag: TAG.Integer32, read: portOf },
      { arc: 3, tag: TAG.Integer32, read: ({ status }) => status },
    ]),
    // dot1qFdbDynamicCount
    table<number>(`${DOT1Q_TP}.1.1`, fdbs, [{ arc: 2, tag: TAG.Counter32, read: learnedIn }]),
    // dot1qTpFdbPort, Status
    table<Station>(`${DOT1Q_TP}.2.1`, byVlan, [
      { arc: 2, tag: TAG.Integer32, read: portOf },
      { arc: 3, tag: TAG.Integer32, read: ({ status }) => status },
    ]),
  ];
}

function arcs({ mac }: Station): string {
  return macToBytes(mac).join('.');
}
