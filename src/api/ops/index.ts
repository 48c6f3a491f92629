/** For automation that racks have already: Prometheus, board farms that speak pdudaemon's HTTP, MAAS. */
import type { Route } from '../http/route.ts';
import { maasRoutes } from './maas.ts';
import { metricsRoute } from './metrics-route.ts';
import { pduRoutes } from './pdu.ts';
import { boardTargets } from './service-discovery.ts';

export const opsRoutes: readonly Route[] = [metricsRoute, boardTargets, ...pduRoutes, ...maasRoutes];
