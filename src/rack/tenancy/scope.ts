/** What a key may do. Each scope includes those before it. */
export const SCOPES = Object.freeze(['read', 'power', 'provision', 'staff'] as const);

/**
 * - `read`: look at the tenant's servers
 * - `power`: also switch their power and reboot them
 * - `provision`: also create, delete, reimage and rescue servers and change their keys
 * - `staff`: the whole rack, every tenant
 */
export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

/** Whether a key of scope `has` may do what needs `needs`. */
export function allows(has: Scope, needs: Scope): boolean {
  return SCOPES.indexOf(has) >= SCOPES.indexOf(needs);
}
