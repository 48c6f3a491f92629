/** What happens, told as it happens, in lists, and to webhooks. */
import type { Route } from '../../http/route.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { listRoutes } from './list-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

export const eventRoutes: readonly Route[] = [...listRoutes, ...streamRoutes, ...webhookRoutes, ...deliveryRoutes];
