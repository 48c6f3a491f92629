/** Per-port power as vendors have it beside RFC 3621 (research: snmp-poe §1): each is a column, in a unit of its own. */
import { millis } from '../../../rack/units.ts';
import type { ObjectGroup, SwitchParts } from '../groups.ts';
import type { MibValue, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { between } from '../objects/checks.ts';
import type { SwitchPort } from '../ports.ts';
import { limitWatts } from '../settings.ts';
import type { Column, Rows } from '../table.ts';
import { table } from '../table.ts';

/** What indexes the rows. */
export type PowerIndex = 'poeIndex' | 'ifIndex' | 'number';

export interface PowerColumn {
  readonly oid: string;
  /** Watts of one unit: 0.001 for milliwatts, 0.1 for tenths of a watt. */
  readonly unit: number;
  readonly tag?: number;
  readonly index?: PowerIndex;
}

/** Watts that a port draws, or that its class has been granted. */
export function wattsColumn(column: PowerColumn & { readonly of?: 'drawn' | 'allocated' }): ObjectGroup {
  return (parts) => {
    const watts = column.of === 'allocated' ? parts.pse.allocated : parts.pse.watts;
    return [portColumn(parts, column, (port) => Math.round(watts(port.number) / column.unit))];
  };
}

/** Watts that a port may draw, writable up to `most`. */
export function limitColumn(column: PowerColumn & { readonly most: number }): ObjectGroup {
  return (parts) => {
    const { settings } = parts;
    const read = ({ number }: SwitchPort) =>
      Math.round((limitWatts(settings.values, number) ?? column.most) / column.unit);
    return [
      portColumn(parts, column, read, {
        check: between(1, Math.round(column.most / column.unit)),
        write: ({ number }, value) =>
          settings.write((values) => values.limit.set(number, Math.round(Number(value) * column.unit * 1_000))),
      }),
    ];
  };
}

/** Power off for as many seconds as are written, and on again, as one act. It reads 0. */
export function cycleColumn(column: {
  readonly oid: string;
  readonly index?: PowerIndex;
  readonly most: number;
}): ObjectGroup {
  return (parts) => {
    const portOf = (index: string) => parts.ports.poe.find((port) => indexOf(port, column.index) === index);
    const together: Together = {
      prepare(changes) {
        const cycles = changes.map(({ place, index, value }) => ({
          place,
          port: portOf(index),
          seconds: Number(value),
        }));
        const wrong = cycles.find(({ port }) => port === undefined);
        if (wrong) return { errorStatus: STATUS.noCreation, place: wrong.place };
        const off = cycles.find(({ port }) => !parts.pse.port(port!.number).admin);
        if (off) return { errorStatus: STATUS.inconsistentValue, place: off.place };
        return () => {
          for (const { port, seconds } of cycles) parts.pse.cycle(port!.number, millis(seconds * 1_000));
        };
      },
    };
    const { most } = column;
    return [portColumn(parts, { ...column, unit: 1 }, () => 0, { check: between(1, most), together })];
  };
}

function portColumn(
  { ports }: SwitchParts,
  { oid, tag = TAG.Integer32, index }: PowerColumn,
  read: (port: SwitchPort) => MibValue,
  writes: Pick<Column<SwitchPort>, 'check' | 'write' | 'together'> = {},
) {
  const rows: Rows<SwitchPort> = {
    version: () => ports.version,
    entries: () => ports.poe.map((port) => [indexOf(port, index), port] as const),
  };
  const end = oid.lastIndexOf('.');
  return table<SwitchPort>(oid.slice(0, end), rows, [{ arc: oid.slice(end + 1), tag, read, ...writes }]);
}

function indexOf(port: SwitchPort, index: PowerIndex = 'poeIndex'): string {
  return String(port[index]);
}
