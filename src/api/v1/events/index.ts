/** What happens, told as it happens, in lists, and to webhooks. */
import type { Route } from '../../http/route.ts';
import { listRoutes } from './list-routes.ts';
import { streamRoutes } from './stream-routes.ts';

export const eventRoutes: readonly Route[] = [...listRoutes, ...streamRoutes];
