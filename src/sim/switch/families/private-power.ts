/** Switches with PoE objects of their own in place of RFC 3621: TP-Link by the number on the front, Huawei by ifIndex. */
import type { ObjectGroup } from '../groups.ts';
import { powerGroup, STANDARD_GROUPS } from '../groups.ts';
import { TAG } from '../mib.ts';
import { among, between } from '../objects/checks.ts';
import { scalar } from '../objects/scalar.ts';
import type { SwitchPort } from '../ports.ts';
import { DETECTION } from '../pse.ts';
import { limitWatts, priorityOf } from '../settings.ts';
import type { Column } from '../table.ts';
import { table } from '../table.ts';
import type { FamilyOptions } from './family.ts';
import { habits } from './habits.ts';
import { saveObject } from './save-object.ts';
import { saveRow } from './save-row.ts';

const MOST_WATTS = 30;
const WITHOUT_POWER = STANDARD_GROUPS.filter((group) => group !== powerGroup);

interface PrivateTable {
  readonly entry: string;
  readonly index: 'number' | 'ifIndex';
  readonly admin: { readonly arc: number; readonly on: number; readonly off: number };
  readonly limit: number;
  readonly priority: { readonly arc: number; readonly first: number };
  readonly watts: number;
  /** Watts of one unit. */
  readonly unit: number;
  /** tpPoePowerStatus, where there is one: off, turning-on, on. */
  readonly status?: number;
}

function privatePower(spec: PrivateTable): ObjectGroup {
  return ({ ports, pse, admin, settings }) => {
    const rows = {
      version: () => ports.version,
      entries: () => ports.poe.map((port) => [String(port[spec.index]), port] as const),
    };
    const units = (watts: number) => Math.round(watts / spec.unit);
    const { on, off } = spec.admin;
    const columns: Column<SwitchPort>[] = [
      {
        arc: spec.admin.arc,
        tag: TAG.Integer32,
        check: among(on, off),
        read: ({ number }) => (pse.port(number).admin ? on : off),
        write: ({ number }, value) => admin.set(number, value === on),
      },
      {
        arc: spec.limit,
        tag: TAG.Integer32,
        check: between(1, units(MOST_WATTS)),
        read: ({ number }) => units(limitWatts(settings.values, number) ?? MOST_WATTS),
        write: ({ number }, value) =>
          settings.write((values) => values.limit.set(number, Math.round(Number(value) * spec.unit * 1_000))),
      },
      {
        arc: spec.priority.arc,
        tag: TAG.Integer32,
        check: between(spec.priority.first, spec.priority.first + 2),
        read: ({ number }) => priorityOf(settings.values, number) - 1 + spec.priority.first,
        write: ({ number }, value) =>
          settings.write((values) => values.priority.set(number, Number(value) - spec.priority.first + 1)),
      },
      { arc: spec.watts, tag: TAG.Integer32, read: ({ number }) => units(pse.watts(number)) },
    ];
    const { status } = spec;
    if (status !== undefined) {
      const [OFF, ON, OVERLOAD] = [0, 2, 3];
      columns.push({
        arc: status,
        tag: TAG.Integer32,
        read: ({ number }) => {
          const { detection } = pse.port(number);
          if (detection === DETECTION.fault) return OVERLOAD;
          return detection === DETECTION.deliveringPower ? ON : OFF;
        },
      });
    }
    return [table<SwitchPort>(spec.entry, rows, columns)];
  };
}

const TP_LINK = '1.3.6.1.4.1.11863.6.56.1.1';

export function tpLink(): FamilyOptions {
  const tenths =
    (read: 'budget' | 'consumption'): ObjectGroup =>
    ({ pse }) => [
      scalar(`${TP_LINK}.1.${read === 'budget' ? 1 : 3}`, TAG.Integer32, () =>
        Math.round(10 * (read === 'budget' ? pse.budget : pse.consumption())),
      ),
    ];
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.11863.5.190',
      sysDescr: 'Omada 18-Port Gigabit Smart Switch with 16-Port PoE+',
      model: 'SG2218P',
      manufacturer: 'TP-Link',
    },
    numbering: {
      ifIndex: (port: number) => 49_152 + port,
      ifName: (port: number) => `gigabitEthernet 1/0/${port}`,
      bridgePort: (_port: number, ifIndex: number) => ifIndex,
      portListBit: (bridgePort: number) => bridgePort - 49_153,
    },
    groups: [
      ...WITHOUT_POWER,
      tenths('budget'),
      tenths('consumption'),
      privatePower({
        entry: `${TP_LINK}.2.1.1`,
        index: 'number',
        admin: { arc: 2, on: 1, off: 0 },
        priority: { arc: 3, first: 0 },
        limit: 4,
        watts: 7,
        unit: 0.1,
        status: 11,
      }),
      // tpSysToolConfigSave := commit(1)
      saveObject({ oid: '1.3.6.1.4.1.11863.6.3.1.3.0', value: 1, reads: 0 }),
    ],
  };
}

const HUAWEI = '1.3.6.1.4.1.2011.5.25.195';

export function huawei(): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.2011.2.23.291',
      sysDescr: 'S5720-56C-PWR-EI-AC Huawei Versatile Routing Platform Software VRP (R) software,Version 5.170',
      model: 'S5720-56C-PWR-EI-AC',
      manufacturer: 'Huawei',
    },
    // The first interface is the sixth: before it are those of the chassis.
    numbering: { ifIndex: (port: number) => 5 + port, ifName: (port: number) => `GigabitEthernet0/0/${port}` },
    vlans: { portListOctets: 2_295 },
    groups: [
      ...WITHOUT_POWER,
      // One port list alone is more than an Ethernet frame.
      habits({ largestAnswer: 8_192 }),
      privatePower({
        entry: `${HUAWEI}.3.1`,
        index: 'ifIndex',
        admin: { arc: 3, on: 1, off: 2 },
        priority: { arc: 4, first: 1 },
        limit: 5,
        watts: 10,
        unit: 0.001,
      }),
      // hwCfgOperateTable: running2Startup
      saveRow({ entry: '1.3.6.1.4.1.2011.6.10.1.2.4.1', wanted: { 2: 1 }, rowStatus: 9 }),
    ],
  };
}
