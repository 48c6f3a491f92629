import type { Bytes, SlotNumber } from '../../rack/units.ts';
import type { Usage } from '../../roots/quotas/quota.ts';
import type { RootTable } from '../../store/roots.ts';
import type { Servers } from '../servers.ts';

export interface OwnRootParts {
  readonly table: Pick<RootTable, 'of'>;
  readonly quotas: { usage(): ReadonlyMap<string, Usage> };
  readonly servers: Pick<Servers, 'of'>;
}

/**
 * The root of a slot's board, and what it uses. A server that has just got the slot has the root of whoever had it before
 * until its own is there: nothing of that one is told.
 */
export function ownRoot({ table, quotas, servers }: OwnRootParts) {
  return (slot: SlotNumber): { readonly place: string; readonly used: Bytes | undefined } | undefined => {
    const current = table.of(slot, 'current');
    const since = servers.of(slot)?.slotSince;
    if (current === undefined || (since !== undefined && current.madeAt < since)) return undefined;
    return { place: current.place, used: quotas.usage().get(current.place)?.used };
  };
}
