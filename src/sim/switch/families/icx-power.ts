/** FOUNDRY-POE-MIB in place of RFC 3621, by ifIndex: ports without PoE have rows too, which are neither on nor off. */
import type { ObjectGroup } from '../groups.ts';
import { TAG } from '../mib.ts';
import { among, between } from '../objects/checks.ts';
import { scalar } from '../objects/scalar.ts';
import type { SwitchPort } from '../ports.ts';
import { limitWatts, priorityOf } from '../settings.ts';
import { table } from '../table.ts';

const POE = '1.3.6.1.4.1.1991.1.1.2.14';
/** snAgentPoePortControl. */
const [OTHER, DISABLE, ENABLE, ENABLE_LEGACY] = [1, 2, 3, 4];
const MOST_MILLIWATTS = 30_000;

export const foundryPower: ObjectGroup = ({ ports, pse, admin, settings, configuration }) => {
  /** Ports that are powered as devices older than IEEE 802.3af are. */
  let legacy = new Set<number>();
  configuration.include(() => {
    const taken = new Set(legacy);
    return () => {
      legacy = new Set(taken);
    };
  });
  const rows = {
    version: () => ports.version,
    entries: () => ports.physical.map((port) => [String(port.ifIndex), port] as const),
  };
  const poe = ({ kind }: SwitchPort) => kind === 'poe';
  const milliwatts = (watts: number) => Math.round(watts * 1_000);
  const control = ({ number }: SwitchPort) => {
    if (!pse.port(number).admin) return DISABLE;
    return legacy.has(number) ? ENABLE_LEGACY : ENABLE;
  };
  return [
    // snAgentPoeGblPowerCapacityTotal and CapacityFree
    scalar(`${POE}.1.1`, TAG.Gauge32, () => milliwatts(pse.budget)),
    scalar(`${POE}.1.2`, TAG.Gauge32, () => milliwatts(pse.budget - pse.spent())),
    table<SwitchPort>(`${POE}.2.2.1`, rows, [
      { arc: 1, tag: TAG.Integer32, read: ({ ifIndex }) => ifIndex },
      {
        arc: 2,
        tag: TAG.Integer32,
        check: among(DISABLE, ENABLE, ENABLE_LEGACY),
        writable: poe,
        read: (port) => (poe(port) ? control(port) : OTHER),
        write: ({ number }, value) => {
          if (value === ENABLE_LEGACY) legacy.add(number);
          if (value === ENABLE) legacy.delete(number);
          admin.set(number, value !== DISABLE);
        },
      },
      {
        arc: 3,
        tag: TAG.Integer32,
        check: between(1_000, MOST_MILLIWATTS),
        writable: poe,
        read: (port) =>
          poe(port) ? milliwatts(limitWatts(settings.values, port.number) ?? MOST_MILLIWATTS / 1_000) : 0,
        write: ({ number }, value) => settings.write((values) => values.limit.set(number, Number(value))),
      },
      // snAgentPoePortClass, which nothing asks for; Priority: invalid(5) without PoE; Consumed
      { arc: 4, tag: TAG.Integer32, read: () => 0 },
      {
        arc: 5,
        tag: TAG.Integer32,
        check: between(1, 3),
        writable: poe,
        read: (port) => (poe(port) ? priorityOf(settings.values, port.number) : 5),
        write: ({ number }, value) => settings.write((values) => values.priority.set(number, Number(value))),
      },
      { arc: 6, tag: TAG.Integer32, read: (port) => (poe(port) ? milliwatts(pse.watts(port.number)) : 0) },
    ]),
  ];
};
