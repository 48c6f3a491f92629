/**
 * Tables of orders: a row that is made says what is copied where, and is the order (rlCopyTable of Radlan, hh3cCfgOperateTable
 * of Comware, hwCfgOperateTable of Huawei, arubaWiredConfigurationCopyTable). It stays until it is destroyed.
 */
import type { ObjectGroup } from '../groups.ts';
import type { Change, MibPart, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { between } from '../objects/checks.ts';
import { table } from '../table.ts';
import { ROW_STATUS } from '../vlan-edits.ts';

export interface SaveRow {
  readonly entry: string;
  /** What the columns of a row have to be that saves the running configuration. */
  readonly wanted: Readonly<Record<number, number>>;
  readonly rowStatus: number;
}

export function saveRow({ entry, wanted, rowStatus }: SaveRow): ObjectGroup {
  return ({ configuration, faults }): MibPart[] => {
    const rows = new Map<string, ReadonlyMap<number, number>>();
    let version = 0;
    const prepareRow = (index: string, changes: readonly Change[]): Refusal | (() => void) => {
      const values = new Map(changes.map(({ object, value }) => [arcOf(object.oid), Number(value)]));
      const place = changes[0]!.place;
      const status = values.get(rowStatus);
      if (status === ROW_STATUS.destroy) return () => void rows.delete(index);
      if (status !== ROW_STATUS.createAndGo) return { errorStatus: STATUS.inconsistentName, place };
      if (rows.has(index)) return { errorStatus: STATUS.inconsistentValue, place };
      if (faults.saveRefused) return { errorStatus: STATUS.commitFailed, place };
      const complete = Object.entries(wanted).every(([arc, value]) => values.get(Number(arc)) === value);
      if (!complete) return { errorStatus: STATUS.inconsistentValue, place };
      return () => {
        rows.set(index, values);
        configuration.save();
      };
    };
    const together: Together = {
      prepare(changes) {
        const done: (() => void)[] = [];
        for (const index of new Set(changes.map((change) => change.index))) {
          const prepared = prepareRow(
            index,
            changes.filter((change) => change.index === index),
          );
          if (typeof prepared !== 'function') return prepared;
          done.push(prepared);
        }
        return () => {
          version += 1;
          for (const act of done) act();
        };
      },
    };
    return [
      table<ReadonlyMap<number, number>>(
        entry,
        { version: () => version, entries: () => rows },
        [...Object.keys(wanted).map(Number), rowStatus].map((arc) => ({
          arc,
          tag: TAG.Integer32,
          check: between(1, 65_535),
          together,
          read: (row) => (arc === rowStatus ? ROW_STATUS.active : (row.get(arc) ?? 0)),
        })),
      ),
    ];
  };
}

function arcOf(oid: string): number {
  return Number(oid.slice(oid.lastIndexOf('.') + 1));
}
