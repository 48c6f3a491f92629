/** CISCO-POWER-ETHERNET-EXT-MIB beside RFC 3621, under the same index (research: snmp-poe §1). */
import type { ObjectGroup } from '../groups.ts';
import type { MibValue } from '../mib.ts';
import { TAG } from '../mib.ts';
import { among, between } from '../objects/checks.ts';
import type { SwitchPort } from '../ports.ts';
import { limitWatts } from '../settings.ts';
import { table } from '../table.ts';

const ENTRY = '1.3.6.1.4.1.9.9.402.1.2.1';

/** cpeExtPsePortEnable. */
const [AUTO, STATIC, LIMIT, DISABLE] = [1, 2, 3, 4];
/** A class 3 port, which hardware that does not measure grants in full. */
const MOST_MILLIWATTS = 15_400;

export const ciscoPower: ObjectGroup = (parts) => {
  const { ports, pse, admin, settings, configuration } = parts;
  /** How a port is powered whenever it is: what pethPsePortAdminEnable knows nothing of. */
  let ways = new Map<number, number>();
  configuration.include(() => {
    const taken = new Map(ways);
    return () => {
      ways = new Map(taken);
    };
  });
  const rows = {
    version: () => ports.version,
    entries: () => ports.poe.map((port) => [port.poeIndex, port] as const),
  };
  const milliwatts = (watts: number) => Math.round(watts * 1_000);
  const gauge = (arc: number, read: (port: SwitchPort) => MibValue) => ({ arc, tag: TAG.Gauge32, read });
  return [
    table<SwitchPort>(ENTRY, rows, [
      // cpeExtPsePortEnable
      {
        arc: 1,
        tag: TAG.Integer32,
        check: among(AUTO, STATIC, LIMIT, DISABLE),
        read: ({ number }) => (pse.port(number).admin ? (ways.get(number) ?? AUTO) : DISABLE),
        write: ({ number }, value) => {
          if (value !== DISABLE) ways.set(number, Number(value));
          admin.set(number, value !== DISABLE);
        },
      },
      // cpeExtPsePortPwrMax, PwrAllocated, PwrAvailable, PwrConsumption
      {
        ...gauge(6, ({ number }) => milliwatts(limitWatts(settings.values, number) ?? MOST_MILLIWATTS / 1_000)),
        check: between(4_000, MOST_MILLIWATTS),
        write: ({ number }, value) => settings.write((values) => values.limit.set(number, Number(value))),
      },
      gauge(7, ({ number }) => milliwatts(pse.allocated(number))),
      gauge(8, ({ number }) => milliwatts(pse.allocated(number))),
      gauge(9, ({ number }) => milliwatts(pse.allocated(number))),
      // cpeExtPsePortEntPhyIndex
      { arc: 11, tag: TAG.Integer32, read: ({ number }) => parts.identity.portEntity?.(number) ?? 0 },
    ]),
  ];
};
