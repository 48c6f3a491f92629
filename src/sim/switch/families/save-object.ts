/** Objects that make the running configuration the saved one. */
import type { ObjectGroup } from '../groups.ts';
import { STATUS, TAG } from '../mib.ts';

export interface SaveObject {
  /** The instance, with its index. */
  readonly oid: string;
  /** What is written to save. */
  readonly value: number;
  /** What it reads, saved or not. */
  readonly reads: number;
}

/** An integer that saves when it is set, as agentSaveConfig and its kin. */
export function saveObject({ oid, value, reads }: SaveObject): ObjectGroup {
  const end = oid.lastIndexOf('.');
  return ({ configuration, faults }) => [
    {
      object: {
        oid: oid.slice(0, end),
        tag: TAG.Integer32,
        check: (written) => {
          if (written !== value && written !== reads) return STATUS.wrongValue;
          return faults.saveRefused ? STATUS.commitFailed : STATUS.noError;
        },
      },
      index: oid.slice(end + 1),
      read: () => reads,
      write: (written) => {
        if (written === value) configuration.save();
      },
    },
  ];
}
