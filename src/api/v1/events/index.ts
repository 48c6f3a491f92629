/** What happens, as it happens: streams of server-sent events, and webhooks. */
import type { Route } from '../../http/route.ts';

export const eventRoutes: readonly Route[] = [];
