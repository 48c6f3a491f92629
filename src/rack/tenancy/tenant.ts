import type { Millis } from '../units.ts';

/** A customer. */
export interface Tenant {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Servers that it may have; undefined: as many as there are. */
  readonly quota: number | undefined;
  /** Since when none of its keys works; its servers go on. */
  readonly disabledAt: Millis | undefined;
  readonly createdAt: Millis;
}

export const TENANT_NAME_EXPECTED =
  'a name of 1 to 32 lower-case letters, digits and hyphens that begins with a letter';

export function isTenantName(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(text);
}
