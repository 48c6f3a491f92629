/** What a key may do. Each scope includes those before it. */
const RISING = ['read', 'power', 'provision', 'staff'] as const;

/**
 * - `read`: look at the tenant's servers
 * - `power`: also switch their power and reboot them
 * - `provision`: also create, delete, reimage and rescue servers and change their keys
 * - `staff`: the whole rack, every tenant
 * - `monitor`: the rack in numbers, and nothing else
 */
export const SCOPES = Object.freeze([...RISING, 'monitor'] as const);
export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** Whether keys of this scope are of the whole rack and of no tenant. */
export const isOfRack = (scope: Scope): boolean => scope === 'staff' || scope === 'monitor';

/** Whether a key of scope `has` may do what needs `needs`. */
export function allows(has: Scope, needs: Scope): boolean {
  if (has === 'monitor' || needs === 'monitor') return needs === 'monitor' && isOfRack(has);
  return RISING.indexOf(has) >= RISING.indexOf(needs);
}
