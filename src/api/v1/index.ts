/** The face for automation (`/api/v1`): the names of the face for hosted-Pi clients, and everything that those lack. */
import type { Route } from '../http/route.ts';
import { bootRoutes } from './boots/index.ts';
import { catalogueRoutes } from './catalogue.ts';
import { eventRoutes } from './events/index.ts';
import { seriesRoutes } from './series/index.ts';
import { serverRoutes } from './servers/index.ts';
import { staffRoutes } from './staff/index.ts';
import { taskRoutes } from './tasks/index.ts';

export const v1Routes: readonly Route[] = [
  ...serverRoutes,
  ...taskRoutes,
  ...bootRoutes,
  ...seriesRoutes,
  ...catalogueRoutes,
  ...eventRoutes,
  ...staffRoutes,
];
