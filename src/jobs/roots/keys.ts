/** The customer's keys, written into the root that the board uses. */
import { replaceAuthorizedKeys } from '../../roots/personalise/authorized-keys.ts';
import type { JobKind } from '../durable/kind.ts';
import { assignedSlot, type RootJobParts } from './parts.ts';
import * as steps from './steps.ts';

export function keysKind(parts: RootJobParts): JobKind {
  const write = steps.work('write', 'writing the keys', 3, async ({ job }) => {
    const { authorizedKeys } = parts.personal(job.slot);
    await replaceAuthorizedKeys(parts.roots.rootPath(job.slot), authorizedKeys ?? [], parts.controllerKey);
    return undefined;
  });
  return {
    name: 'keys',
    steps: [write],
    undo: [],
    accept: async (slot) => {
      assignedSlot(parts.plan, slot);
      return {};
    },
    describe: () => 'write the SSH keys',
  };
}
