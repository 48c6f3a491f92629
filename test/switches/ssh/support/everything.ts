import type { VlanGuard } from '../../../../src/switches/vlans/guard.ts';

/** A guard that has nothing against anything, and one that notes what it was asked. */
export function permissive(): VlanGuard & { readonly seen: unknown[] } {
  const seen: unknown[] = [];
  return { seen, check: (changes) => void seen.push(...changes) };
}
