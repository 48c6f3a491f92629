/** What of a server changes, and how that is written down and told. */
import type { ClientEventType } from '../rack/tenancy/event-types.ts';
import type { Server } from '../rack/tenancy/server.ts';

/** What is left out stays; `userData: null` takes it away. */
export interface ServerChange {
  readonly tags?: Server['tags'] | undefined;
  readonly protection?:
    | { readonly [what in keyof Server['protection']]?: Server['protection'][what] | undefined }
    | undefined;
  readonly userData?: string | null | undefined;
}

/** What customers are told of what is written into the log of changes. */
export const TOLD = Object.freeze({
  'server.create': { kind: 'server.created', text: 'was ordered' },
  'server.move': { kind: 'server.moved', text: 'has another slot, with another address and a fresh root' },
  'server.change': { kind: 'server.changed', text: 'has other tags, protection or user-data' },
  'server.keys': { kind: 'server.keys_changed', text: 'has other SSH keys' },
} as const satisfies Record<string, { readonly kind: ClientEventType; readonly text: string }>);

export function changed(server: Server, { tags, protection, userData }: ServerChange): Server {
  return {
    ...server,
    tags: tags ?? server.tags,
    protection: {
      delete: protection?.delete ?? server.protection.delete,
      rebuild: protection?.rebuild ?? server.protection.rebuild,
    },
    userData: userData === undefined ? server.userData : (userData ?? undefined),
  };
}

/** As the log of changes has it: user-data often holds passwords. */
export function withoutSecrets({ userData, ...rest }: Server) {
  return { ...rest, userData: userData === undefined ? undefined : `${userData.length} characters` };
}
