/** What goes over the controller's socket about roots. The same shapes are what `--json` prints. */
import type { Usage } from '../../roots/quotas/quota.ts';
import type { RootRole, RootRow } from '../../store/roots.ts';

export interface RootView {
  readonly id: number;
  readonly slot: number;
  readonly role: RootRole;
  /** `name@version` */
  readonly image: string;
  /** Its directory, in the directory of the roots. */
  readonly place: string;
  /** Of the SSH host key that its board will show: `SHA256:…`; null where the board made its own. */
  readonly fingerprint: string | null;
  /** As in a known_hosts file, behind the host's name. */
  readonly hostKey: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly madeAt: number;
  readonly keepUntil: number | null;
  /** Bytes that were written beyond the image, and may be; null: nothing counts, or limits them. */
  readonly used: number | null;
  readonly limit: number | null;
}

export function rootView(row: RootRow, usage: Usage | undefined): RootView {
  return {
    id: row.id,
    slot: row.slot,
    role: row.role,
    image: row.image,
    place: row.place,
    fingerprint: row.hostKey?.fingerprint ?? null,
    hostKey: row.hostKey?.publicKey ?? null,
    madeAt: row.madeAt,
    keepUntil: row.keepUntil ?? null,
    used: usage?.used ?? null,
    limit: usage?.limit ?? null,
  };
}
