/** The whole rack, for the people who run it. */
import type { Route } from '../../http/route.ts';
import { actionRoutes } from './actions.ts';
import { assignmentRoutes } from './assignments.ts';
import { boardRoutes } from './boards.ts';
import { careRoutes } from './care.ts';
import { peopleRoutes } from './people.ts';
import { slotSeriesRoutes } from './series.ts';
import { slotRoutes } from './slots.ts';
import { switchRoutes } from './switches.ts';

export const staffRoutes: readonly Route[] = [
  ...slotRoutes,
  ...slotSeriesRoutes,
  ...boardRoutes,
  ...switchRoutes,
  ...assignmentRoutes,
  ...careRoutes,
  ...actionRoutes,
  ...peopleRoutes,
];
